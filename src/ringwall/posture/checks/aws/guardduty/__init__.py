"""Checks of GuardDuty."""
