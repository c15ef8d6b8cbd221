"""Checks of redshift."""
