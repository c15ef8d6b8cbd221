"""Checks of dynamodb."""
