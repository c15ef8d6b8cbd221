"""What the provider signs: access tokens (RFC 9068), ID tokens, logout tokens."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from ringwall.identity import effective, lent
from ringwall.identity.facts import Facts
from ringwall.identity.installed import current_facts, current_mint
from ringwall.identity.key_bounds import keeps_out_by_address
from ringwall.identity.keyring import ALGORITHM, Keyring, private_key
from ringwall.identity.kinds import TOKEN, Purpose
from ringwall.identity.models import ApiClient, Grant, Membership
from ringwall.identity.provider import grants
from ringwall.identity.provider.certificates import Certificate
from ringwall.identity.provider.encoding import base64url
from ringwall.identity.tokens import Proven
from ringwall.runtime.current import current_installation

ID_LIFE: Final = 300
LOGOUT_LIFE: Final = 120
"""Seconds."""

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an access token is to say beyond who it is of."""

    scopes: Sequence[str]
    audiences: Sequence[str]
    certificate: Certificate | None
    now: datetime


def sid_of_client(client_id: str) -> str:
    """The ``sid`` in tokens a client got for itself: to revoke it withdraws them all."""
    return f"client:{client_id}"


def for_client(client: ApiClient, asked: Asked) -> str:
    """An access token of a client that acts for itself."""
    proven = Proven(
        sub=str(client.pk),
        sid=sid_of_client(str(client.pk)),
        audience=tuple(asked.audiences),
        tenant=None if client.organisation is None else client.organisation.slug,
        roles=effective.roles(client.roles, client.organisation, current_facts()),
        client=str(client.pk),
        scope=" ".join(asked.scopes),
        more=_bound(asked.certificate),
    )
    return _access(proven, asked)


def for_person(client: ApiClient, grant: Grant, member: Membership | None, asked: Asked) -> str:
    """An access token of a client that acts for the person of ``grant``, as ``member``."""
    person, facts, has = grant.user, current_facts(), lent.in_token(member, asked.now)
    proven = Proven(
        sub=person.subject,
        sid=grant.session.sid,
        audience=tuple(asked.audiences),
        tenant=None if grant.organisation is None else grant.organisation.slug,
        roles=effective.roles(has.roles, grant.organisation, facts),
        until=has.until,
        groups=effective.groups(member, facts),
        # An application that asks for less must not be let do more.
        email=person.email if "email" in asked.scopes or keeps_out_by_address(facts) else None,
        name=(person.name or None) if "profile" in asked.scopes else None,
        client=str(client.pk),
        scope=" ".join(asked.scopes),
        acr=grant.acr,
        amr=tuple(grant.amr),
        auth_time=int(grant.auth_time.timestamp()),
        more={"rw_grant": grant.pk, **_bound(asked.certificate)},
    )
    return _access(proven, asked)


def id_token(grant: Grant, *, access_token: str, facts: Facts, now: datetime) -> str:
    """Who signed in, for the client alone (OpenID Connect Core section 2)."""
    digest = hashlib.sha256(access_token.encode("ascii")).digest()
    claims: dict[str, Any] = {
        "sid": grant.session_id,
        "auth_time": int(grant.auth_time.timestamp()),
        "acr": grant.acr,
        "amr": list(grant.amr),
        "at_hash": base64url(digest[:16]),
        **claims_of(grant, grant.scopes, now=now),
    }
    if grant.nonce:
        claims["nonce"] = grant.nonce
    life = life_of(grants.membership(grant), now, timedelta(seconds=ID_LIFE))
    return signed(claims, audience=str(grant.client_id), life=life, facts=facts, now=now)


def life_of(member: Membership | None, now: datetime, longest: timedelta) -> int:
    """For how many seconds a token holds that says which roles a member has now."""
    until = lent.in_token(member, now).until
    left = longest if until is None else min(longest, until - now)
    return int(left.total_seconds())


def claims_of(grant: Grant, scopes: Sequence[str], *, now: datetime) -> dict[str, Any]:
    """What ``scopes`` tell about the person of a grant (OpenID Connect Core section 5.4).

    ``roles`` is ours: the organisation the person acts for, and the roles there.
    """
    person = grant.user
    found: dict[str, Any] = {"sub": person.subject}
    if "email" in scopes:
        found |= {"email": person.email, "email_verified": _is_verified(grant)}
    if "profile" in scopes and person.name:
        found["name"] = person.name
    if "roles" in scopes and grant.organisation is not None:
        member = grants.membership(grant)
        found["tenant"] = grant.organisation.slug
        facts = current_facts()
        given = lent.in_token(member, now).roles
        found["roles"] = list(effective.roles(given, grant.organisation, facts))
    return found


def logout_token(
    *, client_id: str, subject: str, session_id: str, facts: Facts, now: datetime
) -> str:
    """The news that a session is over (OpenID Connect Back-Channel Logout section 2.4)."""
    claims = {"sub": subject, "sid": session_id, "events": {LOGOUT_EVENT: {}}}
    return signed(
        claims, audience=client_id, life=LOGOUT_LIFE, facts=facts, now=now, typ="logout+jwt"
    )


def signed(
    claims: dict[str, Any],
    *,
    audience: str,
    life: int,
    facts: Facts,
    now: datetime,
    typ: str = "JWT",
) -> str:
    """Sign claims for a client. No audience of the edge is a client's id, so they open nothing."""
    key = Keyring(current_installation().state, Purpose.ACCESS).signing(now)
    at = int(now.timestamp())
    return jwt.encode(
        {
            "iss": facts.origin,
            "aud": audience,
            "iat": at,
            "exp": at + life,
            "jti": TOKEN + secrets.token_urlsafe(16),
            **claims,
        },
        private_key(key.pem),
        algorithm=ALGORITHM,
        headers={"kid": key.kid, "typ": typ},
    )


def _access(proven: Proven, asked: Asked) -> str:
    return current_mint().issue(Purpose.ACCESS, proven, now=asked.now, life=grants.ACCESS_LIFE)


def _bound(certificate: Certificate | None) -> dict[str, Any]:
    """Bind a token to a certificate (RFC 8705 section 3.1), in the edge's own form too."""
    if certificate is None:
        return {}
    return {"cnf": {"x5t#S256": certificate.thumbprint}, "rw_bound": certificate.hex}


def _is_verified(grant: Grant) -> bool:
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - needs the tables

    own = EmailAddress.objects.filter(user=grant.user_id, email=grant.user.email)
    return bool(own.filter(verified=True).exists())
