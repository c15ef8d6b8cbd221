"""Checks of CloudFormation."""
