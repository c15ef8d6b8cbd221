"""Checks of apigateway."""
