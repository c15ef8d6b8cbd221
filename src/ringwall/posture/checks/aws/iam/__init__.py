"""Checks of IAM."""
