"""Billing: takes charges and issues an invoice for each. Called by orders; calls nobody."""
