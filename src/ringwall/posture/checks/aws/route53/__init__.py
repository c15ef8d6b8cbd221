"""Checks of Route 53."""
