"""Checks of elasticache."""
