"""Checks of eks."""
