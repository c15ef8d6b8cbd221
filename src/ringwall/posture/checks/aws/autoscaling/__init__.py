"""Checks of autoscaling."""
