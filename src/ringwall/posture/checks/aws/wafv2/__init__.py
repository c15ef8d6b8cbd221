"""Checks of wafv2."""
