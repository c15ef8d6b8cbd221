"""API clients: registered, listed, given new secrets, switched off."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.idp.oidc.models import Client
from django.db import transaction
from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.access.guarding import Entity
from ringwall.identity import apikeys, revocations
from ringwall.identity.asking import By, entity, held_in, require
from ringwall.identity.authority import parse_program_roles
from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient, Organisation, Subject, User
from ringwall.identity.provider import audiences, authentication, grants, minting, registered_keys
from ringwall.identity.provider.authentication import BASIC, POST, PUBLIC, SELF_SIGNED, SIGNED, TLS
from ringwall.identity.provider.redirects import objection
from ringwall.identity.provider.server import GRANT_TYPES
from ringwall.identity.secrets import new_secret

SECRET_PREFIX: Final = "rwc_"  # noqa: S105 - what all secrets begin with
"""Before generated secrets, so that scanners know them."""

LONGEST_OVERLAP: Final = timedelta(days=30)
PERSONAL: Final = frozenset({"openid", "profile", "email", "offline_access"})
"""Scopes by which people tell who they are: any program may ask them for these."""
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
"""RFC 6749 section 3.3."""


class ClientError(ValueError):
    """A client cannot be as it was asked for; the text says what to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A client as it is to be. Empty ``audiences``: any host of the edge."""

    name: str
    auth_method: str = BASIC
    grant_types: Sequence[str] = ("client_credentials",)
    scopes: Sequence[str] = ()
    redirect_uris: Sequence[str] = ()
    logout_uris: Sequence[str] = ()
    origins: Sequence[str] = ()
    organisation: Organisation | None = None
    roles: Sequence[str] = ()
    audiences: Sequence[str] = ()
    jwks: Any = None
    certificate: str = ""
    """PEM of the client's own certificate, for ``self_signed_tls_client_auth``."""
    certificate_authority: str = ""
    certificate_subject: str = ""
    certificate_bound: bool = False
    backchannel_logout_uri: str = ""
    first_party: bool = False


def add(wanted: Registration, *, facts: Facts, by: By) -> tuple[ApiClient, str | None]:
    """Register a client; with it its secret, which is shown this once, if it has one.

    :class:`ClientError` when it cannot be so.
    """
    maker = {"maker": entity(by)} if isinstance(by, User) else {}
    handed: dict[str, Any] = {
        "roles": wanted.roles,
        "scopes": wanted.scopes,
        "held_scopes": PERSONAL,
    }
    handed["held"] = () if wanted.organisation is None else held_in(by, wanted.organisation)
    require(by, Action.CLIENTS_MAKE, Entity("Client", "new", maker), **handed)
    _require_sensible(wanted, facts)
    thumbprint, jwks = _credentials(wanted)
    secret = SECRET_PREFIX + new_secret() if wanted.auth_method in {BASIC, POST} else None
    client = Client(
        name=wanted.name.strip(),
        # What no secret hashes to.
        secret=authentication.hashed(secret) if secret else "none",
        type=Client.Type.PUBLIC if wanted.auth_method == PUBLIC else Client.Type.CONFIDENTIAL,
        skip_consent=wanted.first_party,
    )
    client.set_scopes(list(wanted.scopes))
    client.set_default_scopes([])
    client.set_grant_types(list(wanted.grant_types))
    client.set_response_types(["code"])
    client.set_redirect_uris(list(wanted.redirect_uris))
    client.set_cors_origins(list(wanted.origins))
    client.set_post_logout_redirect_uris(list(wanted.logout_uris))
    with transaction.atomic():
        client.save()
        made = ApiClient.objects.create(
            client=client,
            organisation=wanted.organisation,
            roles=parse_program_roles(wanted.roles, wanted.organisation),
            auth_method=wanted.auth_method,
            jwks=jwks,
            certificate_thumbprint=thumbprint,
            certificate_authority=wanted.certificate_authority,
            certificate_subject=wanted.certificate_subject,
            certificate_bound=wanted.certificate_bound,
            audiences=list(wanted.audiences),
            first_party=wanted.first_party,
            backchannel_logout_uri=wanted.backchannel_logout_uri,
        )
    return made, secret


def all_clients() -> Sequence[ApiClient]:
    """Every client, by name."""
    return list(
        ApiClient.objects.select_related("client", "organisation").order_by("client__name", "pk")
    )


def get(client_id: str) -> ApiClient:
    """A client, switched off or not; ``LookupError`` when there is none."""
    found = ApiClient.objects.select_related("client", "organisation").filter(pk=client_id).first()
    if found is None:
        msg = f"there is no client {client_id!r}"
        raise LookupError(msg)
    return found


def rotate_secret(client: ApiClient, *, overlap: timedelta, by: By) -> str:
    """A new secret, shown this once; the old one is good for ``overlap`` more."""
    require(by, Action.CLIENTS_RENEW, client)
    if client.auth_method not in {BASIC, POST}:
        msg = f"the client has no secret: it authenticates by {client.auth_method}"
        raise ClientError(msg)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        msg = f"the old secret can stay good for {LONGEST_OVERLAP.days} days at most"
        raise ClientError(msg)
    secret = SECRET_PREFIX + new_secret()
    until = timezone.now() + overlap if overlap else None
    with transaction.atomic():
        ApiClient.objects.filter(pk=client.pk).update(
            previous_secret=client.client.secret if until else "", previous_until=until
        )
        Client.objects.filter(pk=client.pk).update(secret=authentication.hashed(secret))
    return secret


def disable(client: ApiClient, *, reason: str, by: By) -> None:
    """Switch a client off: no new tokens, and those it has are refused at once."""
    require(by, Action.CLIENTS_REMOVE, client)
    now = timezone.now()
    with transaction.atomic():
        ApiClient.objects.filter(pk=client.pk, disabled=None).update(disabled=now)
        _withdraw_tokens(client, now, reason=reason)
    client.disabled = client.disabled or now


def enable(client: ApiClient, *, by: By) -> None:
    """Switch a client on again; what ended stays ended."""
    handed: dict[str, Any] = {"roles": client.roles, "scopes": client.client.get_scopes()}
    require(by, Action.CLIENTS_CHANGE, client, **handed)
    ApiClient.objects.filter(pk=client.pk).update(disabled=None)
    revocations.lift(Subject.SESSION, minting.sid_of_client(str(client.pk)))


def remove(client: ApiClient, *, by: By) -> None:
    """Forget a client and all that was granted to it."""
    disable(client, reason="the client was removed", by=by)
    Client.objects.filter(pk=client.pk).delete()


def _withdraw_tokens(client: ApiClient, now: datetime, *, reason: str) -> None:
    revocations.revoke(
        Subject.SESSION,
        minting.sid_of_client(str(client.pk)),
        until=now + grants.ACCESS_LIFE,
        reason=reason,
    )
    for grant in client.client.grants.filter(ended=None):
        grants.end(grant, reason=reason, now=now)
    # Here, not at the worker's turn: the keys of a client that is removed are in no table then.
    for key in client.keys.filter(revoked=None):
        apikeys.withdraw(key, reason=reason, now=now)


def _require_sensible(wanted: Registration, facts: Facts) -> None:
    if not wanted.name.strip() or len(wanted.name) > 100:
        raise ClientError("give it a name of at most 100 letters")
    if wanted.auth_method not in authentication.METHODS:
        known = ", ".join(authentication.METHODS)
        raise ClientError(f"{wanted.auth_method!r} is no way to authenticate: there is {known}")
    _require_grants(wanted)
    _require_addresses(wanted)
    for scope in wanted.scopes:
        if not _SCOPE.fullmatch(scope):
            raise ClientError(f"{scope[:100]!r} is no scope: one word without quotes")
    try:
        parse_program_roles(wanted.roles, wanted.organisation)
    except ValueError as error:
        raise ClientError(str(error)) from error
    possible = audiences.allowed_by(facts)
    for audience in wanted.audiences:
        if audience not in possible:
            known = ", ".join(possible)
            raise ClientError(f"{audience[:200]} is no audience: there is {known}")


def _require_addresses(wanted: Registration) -> None:
    for uri in (*wanted.redirect_uris, *wanted.logout_uris):
        wrong = objection(uri)
        if wrong:
            raise ClientError(f"the URI {uri[:200]} cannot be used: {wrong}")
    for origin in wanted.origins:
        if not _is_origin(origin):
            raise ClientError(f"{origin[:200]} is no origin such as https://app.example.com")
    notified = wanted.backchannel_logout_uri
    if notified and (objection(notified) or not notified.startswith(("https:", "http:"))):
        raise ClientError("the back-channel logout URI is to be an https:// address")


def _require_grants(wanted: Registration) -> None:
    kinds = set(wanted.grant_types)
    if not kinds or not kinds <= set(GRANT_TYPES):
        raise ClientError(f"the grant types are some of {', '.join(GRANT_TYPES)}")
    by_people = kinds & {"authorization_code", GRANT_TYPES[3]}
    if "refresh_token" in kinds and not by_people:
        raise ClientError("refresh_token goes only with authorization_code or the device grant")
    if "authorization_code" in kinds and not wanted.redirect_uris:
        raise ClientError("authorization_code needs a redirect URI")
    if "client_credentials" in kinds and wanted.auth_method == PUBLIC:
        raise ClientError("a public client cannot prove who it is, so not use client_credentials")
    if "openid" in wanted.scopes and not by_people:
        raise ClientError("the scope openid is of people, whom this client never sees")


def _credentials(wanted: Registration) -> tuple[str, Any]:
    """The thumbprint and the key set that the way to authenticate needs."""
    method = wanted.auth_method
    jwks = None
    if method == SIGNED:
        problem = registered_keys.objection(wanted.jwks)
        if problem:
            raise ClientError(f"private_key_jwt needs the client's public keys: {problem}")
        jwks = wanted.jwks
    if method == TLS and not (wanted.certificate_subject and wanted.certificate_authority):
        raise ClientError("tls_client_auth needs a certificate authority and a subject")
    if wanted.certificate_authority and not registered_keys.are_certificates(
        wanted.certificate_authority
    ):
        raise ClientError("the certificate authority is no PEM certificate")
    if method != SELF_SIGNED:
        return "", jwks
    thumbprint = registered_keys.thumbprint_of(wanted.certificate)
    if thumbprint is None:
        raise ClientError("self_signed_tls_client_auth needs the client's certificate as PEM")
    return thumbprint, jwks


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    is_bare = text == f"{parts.scheme}://{parts.netloc}" and "@" not in parts.netloc
    return is_bare and parts.scheme == "https" and bool(parts.hostname)
