"""Migrations of the plumbing's tables."""
