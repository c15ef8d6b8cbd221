"""Connections: how an organisation's identity provider is spoken to. Secrets are kept sealed."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from allauth.socialaccount.models import SocialAccount, SocialApp
from cryptography.x509 import load_pem_x509_certificate
from django.db import IntegrityError, transaction

from ringwall.access.actions import Action
from ringwall.identity.asking import By, require
from ringwall.identity.authority import parse_roles
from ringwall.identity.models import Connection, GroupMapping, Membership, Organisation
from ringwall.identity.sealing import seal, unseal
from ringwall.identity.sso.origins import origin_of

log = logging.getLogger("ringwall.identity")

_NOT_YOURS: Final = "you may not hand out these roles: ask somebody who has them to give"
_SLUG: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """A provider of OpenID Connect: its issuer, and who we are there."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Saml:
    """A provider of SAML 2.0: its name, where people sign in, what it signs with (PEM).

    ``idp_initiated`` lets it send people who did not begin here, which also lets anybody sign
    somebody in to an account of theirs: off unless the provider can do nothing else.
    """

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]
    idp_initiated: bool = False


def create(
    organisation: Organisation,
    *,
    slug: str,
    name: str,
    provider: Oidc | Saml,
    default_roles: Iterable[str] = (),
    groups_claim: str = "groups",
    just_in_time: bool = True,
    proves_second_factor: bool = False,
    private_network: bool = False,
    by: By,
) -> Connection:
    """Make a connection. ``ValueError`` says what cannot be, and nothing is made then.

    ``private_network`` lets it lie in an inner network, and is for somebody on the host to say.
    """
    roles = parse_roles(default_roles, organisation)
    require(by, Action.CONNECTIONS_CHANGE, organisation, _NOT_YOURS, roles=roles)
    if not _SLUG.fullmatch(slug):
        msg = f'"{slug}" cannot name a connection: lower-case letters, digits and - between them'
        raise ValueError(msg)
    if not name.strip() or len(name) > 100:
        msg = "a connection has a name of 1 to 100 characters"
        raise ValueError(msg)
    settings = _settings(provider, private=private_network)
    settings |= {"private_network": private_network, "proves_second_factor": proves_second_factor}
    try:
        with transaction.atomic():
            made = Connection.objects.create(
                organisation=organisation,
                slug=slug,
                name=name.strip(),
                protocol=Connection.Protocol.OIDC
                if isinstance(provider, Oidc)
                else Connection.Protocol.SAML,
                settings=settings,
                default_roles=roles,
                groups_claim=groups_claim,
                just_in_time=just_in_time,
            )
    except IntegrityError as error:
        msg = f'the name "{slug}" is taken: choose another'
        raise ValueError(msg) from error
    log.warning("connection %s of %s is made", slug, organisation.slug)
    return made


def find(organisation: Organisation, slug: str) -> Connection:
    """The organisation's connection of that name; ``LookupError`` when it has none."""
    found = Connection.objects.filter(organisation=organisation, slug=slug).first()
    if found is None:
        msg = f"{organisation.slug} has no connection {slug}"
        raise LookupError(msg)
    return found


def usable(slug: str) -> Connection | None:
    """The connection of that name, if people may come by it now."""
    return (
        Connection.objects.select_related("organisation")
        .filter(slug=slug, enabled=True, organisation__suspended=None)
        .first()
    )


def remove(connection: Connection, *, by: By) -> None:
    """Forget a connection and the links of accounts to it; ``ValueError`` while it is enforced."""
    organisation = connection.organisation
    require(by, Action.CONNECTIONS_CHANGE, organisation, roles=())
    others = organisation.connections.filter(enabled=True).exclude(pk=connection.pk)
    if organisation.sso_enforced and not others.exists():
        msg = "single sign-on is enforced, and this is the only way: change the rule first"
        raise ValueError(msg)
    with transaction.atomic():
        # A later connection of the same name must not inherit whom this one spoke for.
        SocialAccount.objects.filter(provider=connection.slug).delete()
        connection.delete()
    log.warning("connection %s of %s is removed", connection.slug, organisation.slug)


def map_group(
    organisation: Organisation, group: str, role: str, *, by: By
) -> tuple[Membership, ...]:
    """Let members of a group have a role, from now on; returns for whom nothing changes.

    That is the last owner of the company, who would be one no more.
    """
    from ringwall.identity.membership import follow_groups  # noqa: PLC0415 - membership knows groups

    roles = parse_roles([role], organisation)
    require(by, Action.GROUPS_MAP, organisation, _NOT_YOURS, roles=roles)
    if not group.strip() or len(group) > 255 or not roles:
        msg = "a mapping has a group of 1 to 255 characters and a role"
        raise ValueError(msg)
    with transaction.atomic():
        GroupMapping.objects.get_or_create(
            organisation=organisation, group=group.strip(), role=roles[0]
        )
        return follow_groups(Membership.objects.filter(organisation=organisation), by=by)


def unmap_group(
    organisation: Organisation, group: str, role: str, *, by: By
) -> tuple[Membership, ...]:
    """Take a mapping back, and what only it gave; returns for whom nothing changes, as above."""
    from ringwall.identity.membership import follow_groups  # noqa: PLC0415 - membership knows groups

    require(by, Action.GROUPS_MAP, organisation, roles=[role])
    with transaction.atomic():
        GroupMapping.objects.filter(organisation=organisation, group=group, role=role).delete()
        return follow_groups(Membership.objects.filter(organisation=organisation), by=by)


def as_app(connection: Connection) -> SocialApp:
    """The connection as the libraries know such things; never saved."""
    said = connection.settings
    app = SocialApp(provider_id=connection.slug, name=connection.name)
    if connection.protocol == Connection.Protocol.OIDC:
        app.provider, app.client_id = "openid_connect", said["client_id"]
        app.secret = unseal(said["client_secret"]).decode()
        app.settings = {
            "server_url": said["issuer"],
            "private_network": said.get("private_network") is True,
            "oauth_pkce_enabled": True,
            "scope": ["openid", "profile", "email"],
        }
    else:
        app.provider, app.client_id = "saml", connection.slug
        app.settings = {"idp": {"entity_id": said["entity_id"], "sso_url": said["sso_url"]}}
    return app


def _settings(provider: Oidc | Saml, *, private: bool) -> dict[str, Any]:
    if isinstance(provider, Oidc):
        if not provider.client_id.strip() or not provider.client_secret:
            msg = "a client id and its secret are needed: the provider shows both"
            raise ValueError(msg)
        return {
            "issuer": _url(provider.issuer, "the issuer", private=private).rstrip("/"),
            "client_id": provider.client_id.strip(),
            "client_secret": seal(provider.client_secret.encode()),
        }
    if not provider.entity_id.strip() or len(provider.entity_id) > 1024:
        msg = "the provider's entity id is needed: its metadata has it"
        raise ValueError(msg)
    return {
        "entity_id": provider.entity_id.strip(),
        "sso_url": _url(provider.sso_url, "the address of sign-on", private=private),
        "certificates": [_certificate(one) for one in provider.certificates] or _none(),
        "idp_initiated": provider.idp_initiated,
    }


def _none() -> list[str]:
    msg = "a certificate is needed: without it no signature can be judged"
    raise ValueError(msg)


def _certificate(pem: str) -> str:
    try:
        load_pem_x509_certificate(pem.strip().encode("ascii"))
    except ValueError as error:
        msg = "the certificate cannot be read: paste it with its BEGIN and END lines"
        raise ValueError(msg) from error
    return pem.strip()


def _url(url: str, what: str, *, private: bool) -> str:
    origin_of(url.strip(), what, private=private)
    return url.strip()
