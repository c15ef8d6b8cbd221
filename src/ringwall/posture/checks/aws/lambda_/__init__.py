"""Checks of Lambda."""
