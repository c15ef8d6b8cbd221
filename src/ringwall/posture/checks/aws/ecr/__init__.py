"""Checks of ecr."""
