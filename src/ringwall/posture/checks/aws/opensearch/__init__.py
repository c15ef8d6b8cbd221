"""Checks of opensearch."""
