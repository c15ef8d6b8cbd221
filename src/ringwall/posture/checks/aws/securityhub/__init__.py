"""Checks of Security Hub."""
