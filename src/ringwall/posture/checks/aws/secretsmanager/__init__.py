"""Checks of Secrets Manager."""
