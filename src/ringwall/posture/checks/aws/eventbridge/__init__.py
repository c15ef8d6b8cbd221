"""Checks of eventbridge."""
