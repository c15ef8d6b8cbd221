"""Checks of rds."""
