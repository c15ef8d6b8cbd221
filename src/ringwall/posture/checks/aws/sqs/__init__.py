"""Checks of SQS."""
