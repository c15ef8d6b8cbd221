"""How others write findings: each file reads and writes one form. Pure."""
