"""Checks of SNS."""
