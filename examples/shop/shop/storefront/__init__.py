"""Storefront: the pages of every tenant's shop. Keeps the catalogue and baskets; calls orders.

Pages are whole without scripts and hold none inside: the content security policy allows nothing
but our own files.
"""
