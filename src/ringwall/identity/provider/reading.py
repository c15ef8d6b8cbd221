"""Tokens of ours that come back: verified, and still good."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import jwt
from django.db.models import Q

from ringwall.identity import revocations, sessions
from ringwall.identity.facts import Facts
from ringwall.identity.keyring import ALGORITHM, Keyring
from ringwall.identity.kinds import Purpose, issuer
from ringwall.identity.models import Grant, Revocation, Subject
from ringwall.identity.provider import authentication, grants
from ringwall.identity.tokens import TYPES
from ringwall.runtime.current import current_installation

_LONGEST: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Read:
    """An access token that is good. ``grant`` is there when a person is involved."""

    claims: dict[str, Any]
    grant: Grant | None


def access_token(token: str, *, facts: Facts, now: datetime) -> Read | None:
    """An access token of ours that nothing has ended; ``None`` for all else."""
    claims = verified(token, facts=facts, now=now, typ=TYPES[Purpose.ACCESS])
    if claims is None or is_revoked(claims, now):
        return None
    if "rw_grant" not in claims:
        client = authentication.find(str(claims.get("client_id")))
        if client is None or (client.organisation and client.organisation.suspended is not None):
            return None
        return Read(claims, None)
    grant = grants.by_id(str(claims["rw_grant"]))
    if grant is None or grant.ended is not None or not grant.user.is_active:
        return None
    if sessions.is_over(grant.session, now) or authentication.find(str(grant.client_id)) is None:
        return None
    if not grants.is_of_member(grant):
        return None
    return Read(claims, grant)


def hint(token: str, *, facts: Facts, now: datetime) -> dict[str, Any] | None:
    """The claims of an ID token of ours, however old it is."""
    return verified(token, facts=facts, now=now, typ="JWT", may_be_over=True)


def verified(
    token: str,
    *,
    facts: Facts,
    now: datetime,
    typ: str,
    may_be_over: bool = False,
    purpose: Purpose = Purpose.ACCESS,
) -> dict[str, Any] | None:
    """The claims of a token that we signed for a ``purpose`` as a ``typ``, else ``None``."""
    if len(token) > _LONGEST:
        return None
    try:
        header = jwt.get_unverified_header(token)
        if str(header.get("typ", "")).lower() != typ.lower() or header.get("alg") != ALGORITHM:
            return None
        known = Keyring(current_installation().state, purpose).keys()
        key = next((one for one in known if one.kid == header.get("kid")), None)
        if key is None:
            return None
        found: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK.from_dict(key.public(), algorithm=ALGORITHM),
            algorithms=[ALGORITHM],
            issuer=issuer(facts.origin, purpose),
            options={"verify_aud": False, "verify_exp": False, "require": ["exp", "iat", "sub"]},
        )
    except (jwt.PyJWTError, RecursionError):  # JSON in JSON in JSON, as deep as it gets
        return None
    if not may_be_over and found["exp"] <= now.timestamp():
        return None
    return found


def revoke(read: Read, *, now: datetime) -> None:
    """End an access token: the grant it came of, or by its ``jti`` if it came of none."""
    if read.grant is not None:
        grants.end(read.grant, reason="the client revoked it", now=now)
        return
    revocations.revoke(
        Subject.SESSION,
        str(read.claims["jti"]),
        until=now + grants.ACCESS_LIFE,
        reason="the client revoked it",
    )


def is_revoked(claims: dict[str, Any], now: datetime) -> bool:
    """Whether anything that the token names was revoked."""
    names = [claims.get("sid"), claims.get("rw_grant"), claims.get("jti")]
    query = Q(subject=Subject.SESSION, value__in=[one for one in names if one])
    query |= Q(subject=Subject.USER, value=claims["sub"])
    if claims.get("tenant"):
        query |= Q(subject=Subject.TENANT, value=claims["tenant"])
    living = Q(until__isnull=True) | Q(until__gt=now)
    return Revocation.objects.filter(query, living, lifted=False).exists()
