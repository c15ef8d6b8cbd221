"""Shop: a small multi-tenant SaaS, the example that stands behind Ringwall.

Three services, each a process of its own with its own SQLite file: ``storefront`` (pages) calls
``orders`` (JSON API, live streams), which calls ``billing`` (JSON API). They speak plain HTTP on
a unix socket or the loopback interface and know nothing of TLS or certificates: the edge in
front and the sidecar beside each of them do.

Nouns: a *tenant* is a customer organisation with a shop of its own; a *product* is known by its
*sku*; an *order* has *lines*; a *charge* is what billing takes for an order and an *invoice* is
the paper of it. Money is whole cents everywhere.
"""
