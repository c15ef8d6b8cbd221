"""Checks of ACM."""
