"""Checks of Amazon Web Services, and of code that declares what runs there."""
