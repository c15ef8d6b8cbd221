"""Checks of cloudfront."""
