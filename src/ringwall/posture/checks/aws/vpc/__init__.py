"""Checks of vpc."""
