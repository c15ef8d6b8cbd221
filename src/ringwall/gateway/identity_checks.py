"""Judgments over signing in: its host, the hosts of tenants, what routes ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ringwall.gateway.config import EDGE, ROUTES, Edge, Route, SignIn
from ringwall.gateway.judging import unknown, warning
from ringwall.identity.config import IDENTITY, Identity, SmtpSecurity
from ringwall.identity.places import objection_to
from ringwall.runtime.configuration import Configuration, Problem

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def check_identity(configuration: Configuration) -> Iterator[Problem]:
    """The section itself, and routes that ask what nobody can answer."""
    identity = configuration.one(Identity, IDENTITY)
    edge = configuration.one(Edge, EDGE)
    yield from _check_hosts(identity, edge)
    yield from _check_mail(identity)
    yield from _check_places(identity, configuration.root)
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        yield from _check_route((ROUTES, position), route, identity)


def _check_hosts(identity: Identity, edge: Edge) -> Iterator[Problem]:
    if identity.host is not None and identity.host not in edge.hosts:
        yield unknown((IDENTITY, "host"), "host under edge.hosts", identity.host, edge.hosts)
    wildcard = identity.tenant_hosts
    if wildcard is None:
        return
    if not wildcard.startswith("*."):
        yield Problem(
            path=(IDENTITY, "tenant_hosts"),
            message=f'"{wildcard}" is one host, not one for each organisation',
            value=wildcard,
            allowed="a wildcard of edge.hosts such as *.shop.example",
        )
    elif wildcard not in edge.hosts:
        yield unknown((IDENTITY, "tenant_hosts"), "host under edge.hosts", wildcard, edge.hosts)


def _check_places(identity: Identity, root: Path) -> Iterator[Problem]:
    if identity.places is None:
        return
    objection = objection_to(root / identity.places)
    if objection is not None:
        yield Problem(
            path=(IDENTITY, "places"),
            message=objection,
            value=identity.places,
            allowed="a readable file in MaxMind's format (.mmdb), of cities or of countries",
        )


def _check_mail(identity: Identity) -> Iterator[Problem]:
    smtp = identity.mail.smtp
    if smtp is None or smtp.security is not SmtpSecurity.NONE:
        return
    path = (IDENTITY, "mail", "smtp", "security")
    if smtp.password is not None:
        yield Problem(
            path=path,
            message="a password is never sent over a connection that is not protected",
            allowed="starttls or tls, or a server that asks for no password",
        )
    elif smtp.host not in _HERE:
        yield warning(path, f"mail to {smtp.host} can be read and changed on its way")


def _check_route(
    path: tuple[str | int, ...], route: Route, identity: Identity
) -> Iterator[Problem]:
    if identity.host is None:
        for name in ("sign_in", "factor", "factor_within"):
            asked = getattr(route, name)
            if asked is not None and asked is not SignIn.NONE:
                yield Problem(
                    path=(*path, name),
                    message="nobody can sign in: the configuration has no identity.host",
                    allowed="identity: {host: one of edge.hosts}",
                )
        return
    if identity.host in route.hosts:
        yield Problem(
            path=(*path, "hosts", route.hosts.index(identity.host)),
            message=f"{identity.host} is the host of sign-in, all of which is Ringwall's",
            value=identity.host,
            allowed="another host",
        )
    if route.sign_in in {None, SignIn.REQUIRED}:
        return
    for name in ("factor", "factor_within"):
        if getattr(route, name) is not None:
            yield Problem(
                path=(*path, name),
                message=f"a route with sign_in: {route.sign_in} lets in people without any factor",
                allowed="sign_in: required",
            )
