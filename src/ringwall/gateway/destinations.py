"""Where a request goes: the route of a URL, found as the edge finds it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from ringwall.access.model import World
from ringwall.gateway.config import Factor, Route, SignIn
from ringwall.gateway.envoy.entries import expand
from ringwall.gateway.paths import Segment, parse_template
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration.spelling import listed, nearest

_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")


class NowhereError(LookupError):
    """A request that leads to no route; the text says what the edge answers, ``hint`` how to go."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UnknownHostError(NowhereError):
    """A request for a host that the edge does not answer for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A method of a route on one of its hosts.

    ``parameters`` are those of the path that are known; ``host_tenant`` is the organisation that a
    tenant's own host names.
    """

    route: Route
    host: str
    method: str
    action: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    host_tenant: str | None = None

    @property
    def words(self) -> str:
        """``GET of the route orders``, with the action's own name where it has one."""
        named = "" if self.action == self.method else f" ({self.action})"
        return f"{self.method}{named} of the route {self.route.name}"


def by_url(wanted: Wanted, method: str, url: str) -> Destination:
    """The destination of a request; ``NowhereError`` where it leads to no route."""
    if "://" not in url:
        url = f"https://{url}"
    parts = urlsplit(url)
    name = (parts.hostname or "").lower()
    host = _host(wanted, name)
    path = normalised(parts.path or "/")
    found = [(parse_template(route.path), route) for route in wanted.routes if host in route.hosts]
    found = [one for one in found if one[0].matches(path)]
    if not found:
        raise NowhereError(
            f"no route of {name} matches {path}: the edge answers 404",
            "`ringwall routes` lists them",
        )
    found.sort(key=lambda one: (one[0].order, one[1].name))
    shape = found[0][0].shape
    same = [one for one in found if one[0].shape == shape]
    for template, route in same:
        if method in expand(route.methods):
            values = dict(_values(template.segments, path))
            tenant = name.partition(".")[0] if host == wanted.identity.tenant_hosts else None
            return _destination(wanted.world, route, (host, method), values, tenant)
    taken = sorted({m for _, route in same for m in expand(route.methods)})
    raise NowhereError(
        f"the route {same[0][1].name} does not take {method}: the edge answers 405",
        f"it takes {listed(taken, last='and')}",
    )


def by_name(
    wanted: Wanted,
    name: str,
    method: str | None,
    *,
    host: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Destination:
    """A route by its name, on its first host unless another is named.

    ``host`` may be a name that a wildcard of the route covers.
    """
    routes = {route.name: route for route in wanted.routes}
    if name not in routes:
        meant = nearest(name, routes)
        hint = f'did you mean "{meant}"?' if meant else "`ringwall routes` lists them"
        raise NowhereError(f'there is no route "{name}"', hint)
    route = routes[name]
    taken = expand(route.methods)
    chosen = method or taken[0]
    if chosen not in taken:
        raise NowhereError(
            f"the route {name} does not take {chosen}: the edge answers 405",
            f"it takes {listed(taken, last='and')}",
        )
    known = _host(wanted, host) if host is not None else route.hosts[0]
    if known not in route.hosts:
        raise NowhereError(f"the route {name} is not on {host}", f"it is on {listed(route.hosts)}")
    tenant = None
    if host is not None and not host.startswith("*") and known == wanted.identity.tenant_hosts:
        tenant = host.partition(".")[0].lower()
    unknown = set(parameters or {}) - set(parse_template(route.path).variables)
    if unknown:
        raise NowhereError(f"the path {route.path} has no {{{min(unknown)}}}")
    return _destination(wanted.world, route, (known, chosen), parameters or {}, tenant)


def _destination(
    world: World, route: Route, at: tuple[str, str], values: Mapping[str, str], tenant: str | None
) -> Destination:
    host, method = at
    return Destination(
        route=route,
        host=host,
        method=method,
        action=world.routes[route.name].actions[method],
        parameters=values,
        host_tenant=tenant,
    )


def _host(wanted: Wanted, name: str) -> str:
    hosts = wanted.edge.hosts
    wildcard = f"*.{name.partition('.')[2]}"
    if name in hosts:
        return name
    if wildcard in hosts and name.partition(".")[0]:
        return wildcard
    meant = nearest(name, hosts)
    hint = f'did you mean "{meant}"?' if meant else f"it answers for {listed(hosts, last='and')}"
    raise UnknownHostError(f'the edge answers for no host "{name}"', hint)


def normalised(path: str) -> str:
    """A path as the edge matches it; ``NowhereError`` for one that it refuses with 400.

    Slashes merged, dot segments resolved, what needs no escape unescaped (RFC 3986 section 6.2.2).
    """
    if re.search(r"%(2f|5c|00)", path, re.IGNORECASE) or "\\" in path:
        raise NowhereError(f"the path {path} has an escaped slash: the edge answers 400")

    def unescaped(escape: re.Match[str]) -> str:
        character = chr(int(escape[1], 16))
        return character if _UNRESERVED.fullmatch(character) else escape[0].upper()

    parts: list[str] = []
    segments = _ESCAPE.sub(unescaped, path).split("/")[1:]
    for at, part in enumerate(segments):
        is_last = at == len(segments) - 1
        if part == "..":
            parts = parts[:-1]
        if part in {"", ".", ".."}:
            if is_last:
                parts.append("")
            continue
        parts.append(part)
    return "/" + "/".join(parts)


def _values(segments: tuple[tuple[Segment, str], ...], path: str) -> "list[tuple[str, str]]":
    parts = path.split("/")[1:]
    return [
        (text, parts[at])
        for at, (kind, text) in enumerate(segments)
        if kind is Segment.VARIABLE and at < len(parts)
    ]


def sign_in_of(wanted: Wanted, route: Route) -> SignIn:
    """What a route asks; where nobody can sign in everybody is nobody."""
    if wanted.identity.host is None:
        return SignIn.NONE
    return route.sign_in or SignIn.REQUIRED


ENOUGH: Final = {None: (), Factor.MFA: ("mfa", "phr"), Factor.PASSKEY: ("phr",)}
"""The strengths that a factor asks for."""
