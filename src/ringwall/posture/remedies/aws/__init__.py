"""Remedies of AWS. The file's name is the remedy's id with underscores."""
