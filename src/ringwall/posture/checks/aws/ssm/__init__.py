"""Checks of Systems Manager."""
