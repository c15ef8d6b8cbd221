"""Checks of efs."""
