"""Certificates of the edge and of the services: our own authorities, files, and ACME.

Nouns: an *authority* is a root and its intermediates, kept on disk; a *credential* is a checked
certificate chain with its key; a *shelf* keeps the versions of one credential; the *store* answers
which credential a host or a service uses now, making a new one when it is due.

Two authorities share nothing: ``edge`` signs host names, and people may choose to trust it;
``services`` signs SPIFFE ids of one trust domain, and only the processes inside trust it.
"""
