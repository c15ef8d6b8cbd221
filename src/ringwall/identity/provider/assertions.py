"""Clients that sign who they are: ``private_key_jwt`` (RFC 7523, OpenID Connect Core section 9)."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from django.db import IntegrityError, transaction

from ringwall.identity.models import UsedAssertion

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS: Final = ("ES256", "ES384", "EdDSA", "PS256", "RS256")
"""Only such as need a private key: no secret, and never ``none``."""

LONGEST_LIFE: Final = timedelta(minutes=10)
_SKEW: Final = timedelta(seconds=5)
_LARGEST: Final = 16 * 1024
_JUDGED_HERE: Final = ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss")
"""By our clock and our skew."""
_FITS: Final = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}


def subject_of(assertion: str) -> str | None:
    """Whom an assertion speaks of, believed by nobody yet: it says whose keys to verify it with."""
    if len(assertion) > _LARGEST:
        return None
    try:
        found = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError):
        return None
    subject = found.get("sub")
    return subject if isinstance(subject, str) else None


def objection(
    assertion: str, *, client: str, jwks: Any, audiences: tuple[str, ...], now: datetime
) -> str | None:
    """Why an assertion does not prove ``client``; ``None`` if it does, once.

    ``jwks`` are the client's registered public keys, ``audiences`` what we are called. The ``jti``
    is remembered until the assertion is over.
    """
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        return "it cannot be read as a JWT"
    algorithm = header.get("alg")
    if algorithm not in ALGORITHMS:
        return "its algorithm is not taken"
    if header.get("crit"):
        return "it has critical headers that are not understood"
    claims, problem = _verified(assertion, algorithm, header.get("kid"), jwks)
    if claims is None:
        return problem
    return _claim_objection(claims, client=client, audiences=audiences, now=now) or _remember(
        claims, client=client
    )


def _verified(
    assertion: str, algorithm: str, kid: object, jwks: Any
) -> tuple[dict[str, Any] | None, str]:
    keys = jwks.get("keys", []) if isinstance(jwks, dict) else []
    fitting = [one for one in keys if _fits(one, algorithm)]
    if kid is not None:
        fitting = [one for one in fitting if one.get("kid") in {kid, None}]
    for one in fitting:
        try:
            key = jwt.PyJWK.from_dict(one, algorithm=algorithm)
            options: Any = dict.fromkeys(_JUDGED_HERE, False)
            return jwt.decode(assertion, key=key, algorithms=[algorithm], options=options), ""
        except jwt.PyJWTError:
            continue
    return None, "no registered key of this client verifies it"


def _fits(key: Any, algorithm: str) -> bool:
    """Whether a key is for an algorithm: its own type and curve (RFC 8725 section 3.1)."""
    if not isinstance(key, dict) or key.get("alg") not in {None, algorithm}:
        return False
    if key.get("use") not in {None, "sig"}:
        return False
    if algorithm in _FITS:
        return key.get("crv") == _FITS[algorithm]
    return key.get("kty") == "RSA"


def _claim_objection(
    claims: dict[str, Any], *, client: str, audiences: tuple[str, ...], now: datetime
) -> str | None:
    if claims.get("iss") != client or claims.get("sub") != client:
        return "its iss and sub are not the client's id"
    named = claims.get("aud")
    listed = [named] if isinstance(named, str) else named
    if not isinstance(listed, list) or not any(one in audiences for one in listed):
        return "its aud is not this server"
    expires = _time(claims.get("exp"))
    if expires is None:
        return "it has no exp"
    if expires + _SKEW <= now:
        return "it has expired"
    if expires > now + LONGEST_LIFE:
        return "its exp is more than ten minutes ahead"
    for name in ("nbf", "iat"):
        if name in claims:
            since = _time(claims[name])
            if since is None or since > now + _SKEW:
                return f"its {name} lies in the future"
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 500:
        return "it has no jti"
    return None


def _time(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _remember(claims: dict[str, Any], *, client: str) -> str | None:
    key = hashlib.sha256(f"{client}\n{claims['jti']}".encode()).hexdigest()
    expires = datetime.fromtimestamp(claims["exp"], UTC) + _SKEW * 2
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(key=key, expires=expires)
    except IntegrityError:
        return "it was used before"
    return None
