"""Checks of KMS."""
