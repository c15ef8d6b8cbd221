"""Which client asks, proven in the one way that it was registered with (RFC 6749 section 2.3)."""

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ringwall.identity.models import ApiClient
from ringwall.identity.provider import assertions, certificates
from ringwall.identity.provider.prepared import Prepared
from ringwall.identity.provider.presented import Presented

BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
SIGNED: Final = "private_key_jwt"
TLS: Final = "tls_client_auth"
SELF_SIGNED: Final = "self_signed_tls_client_auth"
PUBLIC: Final = "none"
METHODS: Final = (BASIC, POST, SIGNED, TLS, SELF_SIGNED, PUBLIC)
"""As RFC 7591, RFC 8705 and OpenID Connect name them."""

log = logging.getLogger("ringwall.identity.provider")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The client that was proven, or why none was. Only the log is told the reason."""

    client: ApiClient | None
    reason: str = ""


def hashed(secret: str) -> str:
    """What is kept of a generated secret of 256 bits. Guessing it is hopeless however fast."""
    return "sha256$" + hashlib.sha256(secret.encode()).hexdigest()


_IN_USE: Final = Prepared(
    lambda client_id: ApiClient.objects.select_related("client", "organisation").filter(
        client=client_id, disabled=None
    ),
    is_shared=True,
)


def find(client_id: str) -> ApiClient | None:
    """A client that is in use, by its id."""
    if not client_id or len(client_id) > 100 or "\x00" in client_id:
        return None
    return _IN_USE.first(client_id)


def authenticate(shown: Presented, *, audiences: tuple[str, ...], now: datetime) -> Judgement:
    """Judge what was presented. ``audiences`` is what we are called in assertions.

    Exactly one way is to be used, and it is to be the registered one: a client that has a key
    cannot fall back to a secret, and no confidential client is let in without proof.
    """
    found = _judge(shown, audiences=audiences, now=now)
    if found.client is None:
        log.warning("client %r is not let in: %s", shown.names[:100], found.reason)
    return found


def _judge(shown: Presented, *, audiences: tuple[str, ...], now: datetime) -> Judgement:
    named = shown.names
    if shown.assertion or shown.assertion_type:
        if shown.assertion_type != assertions.TYPE:
            return Judgement(None, "the client_assertion_type is not known")
        subject = assertions.subject_of(shown.assertion)
        if subject is None or named not in {"", subject}:
            return Judgement(None, "the assertion is not of the client that is named")
        named = subject
    if shown.basic_id and shown.client_id not in {"", shown.basic_id}:
        return Judgement(None, "header and form name different clients")
    if bool(shown.secret or shown.is_basic) and shown.assertion:
        return Judgement(None, "more than one way to authenticate was used")
    client = find(named)
    if client is None:
        return Judgement(None, "there is no such client in use")
    if client.organisation is not None and client.organisation.suspended is not None:
        return Judgement(None, "its organisation is suspended")
    reason = _objection(client, shown, audiences=audiences, now=now)
    return Judgement(None, reason) if reason else Judgement(client)


def _objection(
    client: ApiClient, shown: Presented, *, audiences: tuple[str, ...], now: datetime
) -> str | None:
    method = client.auth_method
    if method != _used(shown, method):
        return f"it is registered for {method}"
    if method in {BASIC, POST}:
        return None if _is_secret(client, shown.secret, now) else "the secret is wrong"
    if method == SIGNED:
        return assertions.objection(
            shown.assertion,
            client=str(client.pk),
            jwks=client.jwks,
            audiences=audiences,
            now=now,
        )
    if method in {TLS, SELF_SIGNED}:
        return _certificate_objection(client, shown, now)
    return None if method == PUBLIC else "its way to authenticate is not known"


def _used(shown: Presented, registered: str) -> str:
    """The way that was used. A certificate counts only for who is registered with one."""
    if shown.assertion:
        return SIGNED
    if shown.is_basic:
        return BASIC
    if shown.secret:
        return POST
    if registered in {TLS, SELF_SIGNED} and shown.certificate is not None:
        return registered
    return PUBLIC


def _is_secret(client: ApiClient, secret: str, now: datetime) -> bool:
    shown = hashed(secret)
    if hmac.compare_digest(shown, client.client.secret):
        return True
    overlaps = client.previous_until is not None and now < client.previous_until
    return overlaps and hmac.compare_digest(shown, client.previous_secret)


def _certificate_objection(client: ApiClient, shown: Presented, now: datetime) -> str | None:
    certificate = shown.certificate
    if certificate is None:
        return "it showed no certificate"
    if client.auth_method == SELF_SIGNED:
        if not hmac.compare_digest(certificate.hex, client.certificate_thumbprint):
            return "it showed another certificate than it is registered with"
        return None if certificates.is_valid(certificate, now=now) else "the certificate is over"
    if not certificates.is_issued_by(certificate, client.certificate_authority, now=now):
        return "its certificate is not of the registered authority, or is over"
    if not certificates.is_named(certificate, client.certificate_subject):
        return "its certificate has another name than is registered"
    return None
