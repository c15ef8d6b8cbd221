"""Route tables: which host, path and method leads to which service, and all that leads nowhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Final

from ringwall.gateway.availability.answers import LONGEST
from ringwall.gateway.config import Edge, Route
from ringwall.gateway.envoy import headers, http, reached, web
from ringwall.gateway.envoy.callout import DECIDED_HEADER
from ringwall.gateway.envoy.challenge import PASS_HEADER
from ringwall.gateway.envoy.entries import Asked, Placed, entries, expand, method_match
from ringwall.gateway.envoy.limits import EdgeLimits
from ringwall.gateway.envoy.permissions import Permitted
from ringwall.gateway.envoy.predicates import NETWORKS_HEADER
from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Json, typed
from ringwall.gateway.envoy.signed_in import (
    AGAIN_HEADER,
    PLACE_HEADER,
    SHOWN,
    Verifying,
)
from ringwall.gateway.paths import PathTemplate, parse_template
from ringwall.inventory.config import Service

ACME_CHALLENGES: Final = "/.well-known/acme-challenge/"
"""Where an ACME server asks for an answer (RFC 8555 section 8.3)."""

_NO_BODY: Final = 1
"""Bytes: the filter has no limit of none at all."""

_LABEL: Final = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_AUTHORITY: Final = rf"(?:{_LABEL}\.)*{_LABEL}(?::[0-9]{{1,5}})?"

_UNNAMEABLE: Final[Json] = {
    "prefix": "/",
    "headers": [
        {
            "name": ":authority",
            "string_match": {"safe_regex": {"regex": _AUTHORITY}},
            "invert_match": True,
        }
    ],
}
"""An authority that is no host name: a wildcard's suffix also ends ``user:word@a.example``."""


Permitting = Callable[[Route, str, str], Permitted]
"""What policies make of a method of a route on a host, in the order route, host, method."""


def hosts_of(routes: Sequence[Route], hosts: Sequence[str]) -> dict[str, tuple[Route, ...]]:
    """The routes of each of the edge's hosts: those that name it, and no others.

    ``api.example`` has nothing of ``*.example``: what is open on a host is what names the host.
    """
    return {host: tuple(r for r in routes if host in r.hosts) for host in hosts}


def route_table(
    name: str,
    *,
    edge: Edge,
    hosts: Sequence[str],
    misdirected: Sequence[str] = (),
    routes: Sequence[Route],
    services: Mapping[str, Service],
    verifying: Verifying | None = None,
    permitting: Permitting | None = None,
    limits: EdgeLimits | None = None,
) -> Json:
    """One ``RouteConfiguration``.

    ``misdirected`` hosts exist, but not behind this TLS policy: they get 421 (RFC 9110 section
    15.5.20), so that a connection made under one host's policy never reaches another's.
    """
    by_host = hosts_of(routes, hosts)
    virtual_hosts = [
        {
            "name": host,
            "domains": _authorities(host, edge),
            "routes": [
                *_refusals(host, edge),
                *_own(host, edge, verifying, limits),
                *_virtual_host(
                    host, placed, edge, services, verifying, permitting=permitting, limits=limits
                ),
                _nowhere(edge, 404),
            ],
            **_for_itself(host, verifying),
        }
        for host, placed in sorted(by_host.items())
    ]
    if misdirected:
        virtual_hosts.append(
            {
                "name": "misdirected host",
                "domains": [a for host in sorted(misdirected) for a in _authorities(host, edge)],
                "routes": [_nowhere(edge, 421)],
            }
        )
    virtual_hosts.append(
        {"name": "unknown host", "domains": ["*"], "routes": [_nowhere(edge, 404)]}
    )
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=name,
        virtual_hosts=virtual_hosts,
        request_headers_to_remove=[
            *headers.untrusted_names(trusted_hops=edge.trusted_hops),
            *((*SHOWN.values(), AGAIN_HEADER, PASS_HEADER) if verifying is not None else ()),
            *((NETWORKS_HEADER, DECIDED_HEADER) if permitting is not None else ()),
        ],
        response_headers_to_remove=list(headers.BANNERS),
        max_direct_response_body_size_bytes=LONGEST,
    )


def _for_itself(host: str, verifying: Verifying | None) -> Json:
    """What the edge tells itself for its conditions, and services are not told."""
    if verifying is not None and host.startswith("*."):
        return {"request_headers_to_remove": [PLACE_HEADER]}
    return {}


def redirect_table(name: str, *, hosts: Sequence[str], port: int, challenges: str | None) -> Json:
    """The plain-text twin: known hosts go to HTTPS, ACME challenges to ``challenges``.

    Anybody may ask for a challenge, so it is to be a question without a body.
    """
    answers: list[Json] = [_answer(_UNNAMEABLE, 400, {})]
    if challenges is not None:
        answers.append(
            {
                "match": {
                    "prefix": ACME_CHALLENGES,
                    "headers": [method_match(expand(("GET",)))],
                },
                "route": {"cluster": challenges, "timeout": "5s"},
                "typed_per_filter_config": {
                    http.STANDARD_LIMIT: http.without_filter(),
                    http.ROUTE_SLOT: http.route_filters(http.body_limit(_NO_BODY)),
                },
            }
        )
    virtual_hosts: list[Json] = [
        {
            "name": host,
            "domains": [host],
            "routes": [*answers, *_too_deep(host, {}), _to_https(host, port)],
        }
        for host in sorted(hosts)
    ]
    virtual_hosts.append(
        {"name": "unknown host", "domains": ["*"], "routes": [_answer({"prefix": "/"}, 404, {})]}
    )
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=name,
        virtual_hosts=virtual_hosts,
        ignore_port_in_host_matching=True,
        response_headers_to_remove=list(headers.BANNERS),
    )


def _to_https(host: str, port: int) -> Json:
    """308, which keeps method and body (RFC 9110 section 15.4.9); path and query stay."""
    redirect: Json = {"https_redirect": True, "response_code": "PERMANENT_REDIRECT"}
    if not host.startswith("*."):
        redirect["host_redirect"] = host
    if host.startswith("*.") or port != 443:
        redirect["port_redirect"] = port
    return {"match": {"prefix": "/"}, "redirect": redirect}


def _authorities(host: str, edge: Edge) -> list[str]:
    """The host with and without the ports it is reached at; any other port is an unknown host.

    The service gets the authority as the client sent it, and may build links from it.
    """
    ports = sorted({edge.listen.port, edge.public_port or edge.listen.port})
    return [host, *(f"{host}:{port}" for port in ports)]


def _refusals(host: str, edge: Edge) -> list[Json]:
    """What is refused before any route is looked at.

    ``/..;x/`` is a plain segment to Envoy and to RFC 3986, but the parent folder to services that
    read ``;x`` as a parameter (Java's do). The substring is looked for first, so that the regular
    expression costs nothing where there is no semicolon.
    """
    given = headers.merged(edge.response_headers)
    semicolon = {"name": ":path", "string_match": {"contains": ";"}}
    dots = {"safe_regex": {"regex": r".*/\.{1,2};.*"}, "headers": [semicolon]}
    found = [_answer(dots, 400, given)]
    if host.startswith("*."):
        found += [_answer(_UNNAMEABLE, 400, given), *_too_deep(host, given)]
    if reached.is_asked(edge):
        found.append(_answer(reached.elsewhere(host), 421, given))
    return found


def _too_deep(host: str, given: Mapping[str, str]) -> list[Json]:
    """For ``*.example.com``: a name of more than one label in its place is an unknown host.

    So it is for the certificate (RFC 9525 section 6.3), but Envoy's domains match any depth.
    """
    if not host.startswith("*."):
        return []
    deeper = rf"(?i).*\..*{re.escape(host.removeprefix('*'))}(:[0-9]+)?"
    match: Json = {
        "prefix": "/",
        "headers": [{"name": ":authority", "string_match": {"safe_regex": {"regex": deeper}}}],
    }
    return [_answer(match, 404, given)]


def _own(
    host: str, edge: Edge, verifying: Verifying | None, limits: EdgeLimits | None
) -> list[Json]:
    """What belongs to Ringwall: the host of sign-in, and a corner of every other host."""
    if verifying is None:
        return []
    given = headers.merged(edge.response_headers)
    if host == verifying.facts.settings.host:
        certificates = edge.hosts[host].client_certificates
        return web.own_pages(given, certificates=certificates, limits=limits)
    return web.callbacks(given, limits=limits)


def _virtual_host(
    host: str,
    routes: Sequence[Route],
    edge: Edge,
    services: Mapping[str, Service],
    verifying: Verifying | None,
    *,
    permitting: Permitting | None,
    limits: EdgeLimits | None,
) -> list[Json]:
    placed = sorted(
        (Placed(r, parse_template(r.path)) for r in routes),
        key=lambda p: (p.template.order, p.route.name),
    )
    result: list[Json] = []
    for _shape, group in groupby(placed, key=lambda p: p.template.shape):
        same_path = list(group)
        taken: set[str] = set()
        for one in same_path:
            methods = tuple(m for m in expand(one.route.methods) if m not in taken)
            taken.update(methods)
            certificates = edge.hosts[host].client_certificates is not None
            who = None if verifying is None else Asked(host, verifying, certificates)
            may = None if permitting is None else partial(permitting, one.route, host)
            made = entries(one, methods, edge, services[one.route.service], who, permitting=may)
            result += made if limits is None else limits.at(one.route, made)
        result.append(_wrong_method(same_path[0].template, taken, edge))
    return result


def _wrong_method(template: PathTemplate, allowed: set[str], edge: Edge) -> Json:
    return _answer(
        template.envoy_match(),
        405,
        {**headers.merged(edge.response_headers), "allow": ", ".join(sorted(allowed))},
    )


def _nowhere(edge: Edge, status: int) -> Json:
    return _answer({"prefix": "/"}, status, headers.merged(edge.response_headers))


def _answer(match: Json, status: int, given: Mapping[str, str]) -> Json:
    return {
        "match": match,
        "direct_response": direct(status),
        "response_headers_to_add": headers.setting(given),
    }
