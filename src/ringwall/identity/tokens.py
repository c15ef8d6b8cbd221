"""Tokens: what the edge verifies by itself, each kind with its own issuer and keys.

=========  ==========================  ==============================================
kind       ``iss``                     where it is shown
=========  ==========================  ==============================================
session    ``<origin>/session``        the cookie of one protected host
access     ``<origin>``                ``Authorization: Bearer`` (RFC 9068)
key        ``<origin>/key``            ``Authorization: Bearer rwk_...``, ``X-API-Key``
assertion  ``<origin>/assertion``      ``x-ringwall-assertion``, from the edge to services
=========  ==========================  ==============================================

The assertion travels as a claim of the others (``rw_assertion``): the edge, which signs nothing,
copies it into a header. Services verify it with ``/.well-known/ringwall/assertions.json``; at the
edge it is worth nothing.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import jwt

from ringwall.identity.facts import Facts
from ringwall.identity.keyring import ALGORITHM, Keyring, private_key
from ringwall.identity.kinds import TOKEN, Purpose, issuer

TYPES: Final = {
    Purpose.SESSION: "ringwall-session+jwt",
    Purpose.ACCESS: "at+jwt",
    Purpose.KEY: "ringwall-key+jwt",
    Purpose.ASSERTION: "ringwall-assertion+jwt",
}
"""The ``typ`` of each kind (RFC 8725 section 3.11, RFC 9068 section 2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Who was proven, how and for whom: what a token says, whatever its kind.

    ``sub`` is a person's subject or a client's id; ``sid`` the session, grant, client or key that
    a revocation names. ``acr`` is ``single``, ``mfa`` or ``phr``; ``auth_time`` seconds since 1970.
    """

    sub: str
    sid: str
    audience: tuple[str, ...]
    tenant: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    email: str | None = None
    name: str | None = None
    client: str | None = None
    scope: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()
    auth_time: int | None = None
    until: datetime | None = None
    """When something that it says ends: no token of it holds for longer."""
    more: dict[str, Any] = field(default_factory=dict)

    def claims(self) -> dict[str, Any]:
        """The claims that are known, without those of the token itself.

        ``rw_roles`` repeats ``roles`` and ``groups`` as text, which is what can be copied into a
        header: ``clerk,@engineering``. No role has an ``@``.
        """
        found: dict[str, Any] = {
            "sub": self.sub,
            "sid": self.sid,
            "aud": list(self.audience) if len(self.audience) != 1 else self.audience[0],
            "tenant": self.tenant,
            "roles": list(self.roles) or None,
            "groups": list(self.groups) or None,
            "rw_roles": ",".join((*self.roles, *(f"@{one}" for one in self.groups))) or None,
            "email": self.email,
            "name": self.name,
            "client_id": self.client,
            "scope": self.scope,
            "acr": self.acr,
            "amr": list(self.amr) or None,
            "auth_time": self.auth_time,
            **self.more,
        }
        return {name: value for name, value in found.items() if value is not None}


def end_of(proven: Proven, now: datetime, life: timedelta) -> datetime:
    """When a token that is to hold for ``life`` ends: at ``proven.until`` if that is sooner."""
    return now + life if proven.until is None else min(now + life, proven.until)


class Mint:
    """Signs tokens of an installation.

    Where organisations have hosts of their own, a token of one is for no other's host: the claim
    ``host`` says which, and the edge compares.
    """

    def __init__(self, state: Path, facts: Facts) -> None:
        self._facts = facts
        self._rings = {purpose: Keyring(state, purpose) for purpose in Purpose}

    def issue(self, purpose: Purpose, proven: Proven, *, now: datetime, life: timedelta) -> str:
        """Return a signed token of ``proven`` that holds from ``now`` for ``life``.

        And never longer than until ``proven.until``.
        """
        times = {"iat": int(now.timestamp()), "exp": int(end_of(proven, now, life).timestamp())}
        claims = {**proven.claims(), **times}
        place = self._facts.place_of(proven.tenant)
        if place is not None:
            claims.setdefault("host", place)
        if purpose is not Purpose.ASSERTION:
            kept = {k: v for k, v in claims.items() if k not in _NOT_ASSERTED}
            claims["rw_assertion"] = self._sign(Purpose.ASSERTION, kept, now)
        if purpose is Purpose.ACCESS:
            claims["jti"] = TOKEN + secrets.token_urlsafe(16)
        return self._sign(purpose, claims, now)

    def _sign(self, purpose: Purpose, claims: dict[str, Any], now: datetime) -> str:
        key = self._rings[purpose].signing(now)
        return jwt.encode(
            {"iss": issuer(self._facts.origin, purpose), **claims},
            private_key(key.pem),
            algorithm=ALGORITHM,
            headers={"kid": key.kid, "typ": TYPES[purpose]},
        )


_NOT_ASSERTED: Final = frozenset({"rw_roles", "cnf", "rw_bound"})
