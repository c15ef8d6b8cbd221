"""Checks of CloudTrail."""
