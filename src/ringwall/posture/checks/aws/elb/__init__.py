"""Checks of elb."""
