"""Checks, one file each; a folder a subject."""
