"""Checks of organizations."""
