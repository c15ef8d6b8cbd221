"""What a token is worth, told to who may know (RFC 7662)."""

from datetime import datetime
from typing import Any, Final

from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient
from ringwall.identity.provider import grants, reading

NOTHING: Final = {"active": False}
"""The one answer for tokens that are over, forged, or not for the client to know of."""

_TOLD: Final = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "jti",
    "client_id",
    "scope",
    "sid",
    "tenant",
    "roles",
    "groups",
    "acr",
    "amr",
    "auth_time",
    "cnf",
)


def told(token: str, *, client: ApiClient, facts: Facts, now: datetime) -> dict[str, Any]:
    """The answer for ``client``: its own tokens, and access tokens for an audience it serves.

    A client serves the audiences that it is registered with.
    """
    grant = grants.by_refresh_token(token)
    if grant is not None:
        if grant.client_id != client.pk or not grants.is_current(grant, token, now=now):
            return NOTHING
        if not grants.is_of_member(grant):
            return NOTHING
        return {
            "active": True,
            "token_type": "refresh_token",
            "iss": facts.origin,
            "client_id": client.pk,
            "sub": grant.user.subject,
            "sid": grant.session_id,
            "scope": " ".join(grant.scopes),
            "iat": int(grant.last_use.timestamp()),
            "exp": int(grant.expires.timestamp()),
        }
    read = reading.access_token(token, facts=facts, now=now)
    if read is None or not _may_know(read.claims, client):
        return NOTHING
    claims: dict[str, Any] = {name: read.claims[name] for name in _TOLD if name in read.claims}
    return {"active": True, "token_type": "Bearer", **claims}


def _may_know(claims: dict[str, Any], client: ApiClient) -> bool:
    if claims.get("client_id") == client.pk:
        return True
    audience = claims.get("aud")
    listed = [audience] if isinstance(audience, str) else list(audience or ())
    is_served = bool(set(listed) & set(client.audiences))
    # A customer's service learns of nobody outside its organisation.
    if client.organisation is not None and claims.get("tenant") != client.organisation.slug:
        return False
    return is_served
