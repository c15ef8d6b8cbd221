"""Identity: people, programs and services prove who they are.

The nouns: a *person* (:class:`~ringwall.identity.models.User`) is a *member* of *organisations*
and has a *session* on each device; each protected host the person visits has a *visit* of that
session. Programs come with *API clients* (OAuth 2) and *API keys*. Whoever is proven gets a short
*token* (a signed JWT), which the edge verifies by itself. A *revocation* ends tokens before their
time.
"""
