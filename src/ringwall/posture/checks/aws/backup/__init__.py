"""Checks of backup."""
