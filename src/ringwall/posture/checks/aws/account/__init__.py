"""Checks of the account."""
