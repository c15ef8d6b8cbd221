"""Route tables: which host, path and method leads to which service, and all that leads nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ringwall.gateway.config import Edge, Route
from ringwall.gateway.envoy import headers, http
from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Json, seconds, typed
from ringwall.gateway.paths import PathTemplate, parse_template
from ringwall.inventory.config import Service, UpstreamTls

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""RFC 9110 section 9.2.2."""

SAFE_TO_REPEAT: Final = "connect-failure,refused-stream,reset-before-request"
"""The request has not reached the service: repeating it is right for every method."""

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

_STREAM_IDLE: Final = 900.0


@dataclass(frozen=True, slots=True)
class _Placed:
    route: Route
    template: PathTemplate


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
                *_virtual_host(placed, edge, services),
                _nowhere(edge, 404),
            ],
        }
        for host, placed in sorted(by_host.items())
    ]
    if misdirected:
        virtual_hosts.append(
            {
                "name": "misdirected",
                "domains": [a for host in sorted(misdirected) for a in _authorities(host, edge)],
                "routes": [_nowhere(edge, 421)],
            }
        )
    virtual_hosts.append({"name": "unknown", "domains": ["*"], "routes": [_nowhere(edge, 404)]})
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=name,
        virtual_hosts=virtual_hosts,
        response_headers_to_remove=list(headers.BANNERS),
        max_direct_response_body_size_bytes=4096,
    )


def redirect_table(name: str, *, hosts: Sequence[str], port: int, challenges: str | None) -> Json:
    """The plain-text twin: known hosts go to HTTPS, ACME challenges to ``challenges``."""
    found: list[Json] = [_answer(_UNNAMEABLE, 400, {})]
    if challenges is not None:
        found.append(
            {
                "match": {"prefix": "/.well-known/acme-challenge/"},
                "route": {"cluster": challenges, "timeout": "5s"},
            }
        )
    found.append(
        {
            "match": {"prefix": "/"},
            "redirect": {
                "https_redirect": True,
                "port_redirect": port,
                "response_code": "PERMANENT_REDIRECT",
            },
        }
    )
    virtual_hosts: list[Json] = [
        {"name": "unknown", "domains": ["*"], "routes": [_answer({"prefix": "/"}, 404, {})]}
    ]
    if hosts:
        virtual_hosts.insert(0, {"name": "known", "domains": sorted(hosts), "routes": found})
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name=name,
        virtual_hosts=virtual_hosts,
        ignore_port_in_host_matching=True,
        response_headers_to_remove=list(headers.BANNERS),
    )


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
        found.append(_answer(_UNNAMEABLE, 400, given))
    return found


def _virtual_host(
    routes: Sequence[Route], edge: Edge, services: Mapping[str, Service]
) -> list[Json]:
    placed = sorted(
        (_Placed(r, parse_template(r.path)) for r in routes),
        key=lambda p: (p.template.order, p.route.name),
    )
    result: list[Json] = []
    for _shape, group in groupby(placed, key=lambda p: p.template.shape):
        same_path = list(group)
        taken: set[str] = set()
        for one in same_path:
            methods = tuple(m for m in expand(one.route.methods) if m not in taken)
            taken.update(methods)
            result += _entries(one, methods, edge, services[one.route.service])
        result.append(_wrong_method(same_path[0].template, taken, edge))
    return result


def expand(methods: Sequence[str]) -> tuple[str, ...]:
    """The methods a route takes: GET brings HEAD with it (RFC 9110 section 9.3.2)."""
    return tuple(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))


def _entries(placed: _Placed, methods: tuple[str, ...], edge: Edge, service: Service) -> list[Json]:
    route = placed.route
    if not methods:
        return []
    repeatable = tuple(m for m in methods if m in IDEMPOTENT)
    rest = tuple(m for m in methods if m not in IDEMPOTENT)
    retries = route.retries
    if retries is None or not retries.attempts or not repeatable or not rest:
        return [_entry(placed, methods, edge, service, repeat=not rest)]
    return [
        _entry(placed, repeatable, edge, service, repeat=True),
        _entry(placed, rest, edge, service, repeat=False),
    ]


def _entry(
    placed: _Placed, methods: tuple[str, ...], edge: Edge, service: Service, *, repeat: bool
) -> Json:
    route = placed.route
    long_lived = route.streaming or route.websocket
    idle = route.idle_timeout or (_STREAM_IDLE if long_lived else None)
    action: Json = {
        "cluster": route.service,
        "timeout": "0s" if long_lived else seconds(route.timeout),
        "retry_policy": _retry_policy(route, repeat=repeat),
    }
    if idle is not None:
        action["idle_timeout"] = seconds(idle)
    if route.websocket:
        action["upgrade_configs"] = [{"upgrade_type": "websocket", "enabled": True}]
    if service.tls is UpstreamTls.SERVER and service.server_name:
        action["host_rewrite_literal"] = service.server_name
    given = headers.merged(edge.response_headers, service.response_headers, route.response_headers)
    return {
        "name": route.name,
        "match": {**placed.template.envoy_match(), "headers": [_method_match(methods)]},
        "route": action,
        "response_headers_to_add": headers.setting(given),
        "typed_per_filter_config": {
            http.ROUTE_SLOT: http.route_filters(http.body_limit(route.body_limit))
        },
    }


def _retry_policy(route: Route, *, repeat: bool) -> Json:
    retries = route.retries
    if retries is None or not retries.attempts or not repeat:
        return {"retry_on": SAFE_TO_REPEAT, "num_retries": 2}
    policy: Json = {
        "retry_on": ",".join([SAFE_TO_REPEAT, *retries.on]),
        "num_retries": retries.attempts,
        "retry_back_off": {"base_interval": "0.025s", "max_interval": "0.250s"},
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": typed(
                    "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
                ),
            }
        ],
        "host_selection_retry_max_attempts": 3,
    }
    if retries.per_try is not None:
        policy["per_try_timeout"] = seconds(retries.per_try)
    return policy


def _method_match(methods: tuple[str, ...]) -> Json:
    if len(methods) == 1:
        return {"name": ":method", "string_match": {"exact": methods[0]}}
    return {"name": ":method", "string_match": {"safe_regex": {"regex": "|".join(methods)}}}


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
