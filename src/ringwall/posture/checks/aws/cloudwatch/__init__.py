"""Checks of CloudWatch."""
