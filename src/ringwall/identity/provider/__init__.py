"""Ringwall as OpenID provider and OAuth 2 authorization server.

The nouns: a *client* (allauth's ``Client`` with our ``ApiClient``) asks a person, who has a
*session*, for a *grant*. The grant begins as a *code* and lives on as a family of refresh tokens;
it ends with the session at the latest. Protocol parameters are read by oauthlib; what it asks is
answered by :class:`~ringwall.identity.provider.validator.Validator`, and tokens are signed by the
same mint as all of Ringwall's tokens.
"""
