"""Where many requests go: what :mod:`~ringwall.gateway.destinations` finds, in less time each."""

import re
from dataclasses import dataclass, field
from typing import Final

from ringwall.gateway.config import Route
from ringwall.gateway.destinations import Destination, NowhereError, normalised
from ringwall.gateway.envoy.entries import expand
from ringwall.gateway.paths import Segment, parse_template
from ringwall.gateway.wanted import Wanted

_MOST_KEPT: Final = 50_000
_LONGEST_KEPT: Final = 256
_ODD: Final = re.compile(r"%|//|/\.|\\")
"""What a path that is not normalised has somewhere."""


@dataclass(slots=True)
class _Node:
    """Templates that begin alike. ``rest`` are those that end in ``**`` here."""

    literals: dict[str, "_Node"] = field(default_factory=dict)
    variable: "_Node | None" = None
    rest: list[Route] = field(default_factory=list)
    here: list[Route] = field(default_factory=list)


class Finder:
    """The routes of a configuration by host and path, as a tree of segments."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._actions = {route.name: route.actions for route in wanted.world.routes.values()}
        self._hosts = frozenset(wanted.edge.hosts)
        self._trees: dict[str, _Node] = {}
        self._kept: dict[tuple[str, str, str], Destination | None] = {}
        for route in sorted(wanted.routes, key=lambda one: one.name):
            for host in route.hosts:
                if route.name in self._actions:
                    self._add(self._trees.setdefault(host, _Node()), route)

    @staticmethod
    def _add(node: _Node, route: Route) -> None:
        for kind, text in parse_template(route.path).segments:
            match kind:
                case Segment.REST:
                    node.rest.append(route)
                    return
                case Segment.VARIABLE:
                    node.variable = node.variable or _Node()
                    node = node.variable
                case Segment.LITERAL:
                    node = node.literals.setdefault(text, _Node())
        node.here.append(route)

    def find(self, method: str, authority: str, path: str) -> Destination | None:
        """The destination of a request; ``None`` where it leads to no route, or not by this method.

        ``host_tenant`` is as the client wrote it: in capitals it is another one than policies know.
        """
        key = (method, authority, path)
        try:
            return self._kept[key]
        except KeyError:
            pass
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        found = self._found(method, authority, path)
        if len(authority) + len(path) <= _LONGEST_KEPT:
            self._kept[key] = found
        return found

    def _found(self, method: str, authority: str, path: str) -> Destination | None:
        name = authority.rpartition(":")[0] if ":" in authority else authority
        label = name.partition(".")[0]
        name = name.lower().removesuffix(".")
        first, _, rest = name.partition(".")
        host = name if name in self._hosts else f"*.{rest}" if first else name
        tree = self._trees.get(host)
        if tree is None or not path.startswith("/"):
            return None
        if _ODD.search(path):
            try:
                path = normalised(path)
            except NowhereError:
                return None
        parts = path.split("/")[1:]
        routes = _matching(tree, parts, 0)
        route = next((one for one in routes or () if method in expand(one.methods)), None)
        if route is None:
            return None
        segments = parse_template(route.path).segments
        return Destination(
            route=route,
            host=host,
            method=method,
            action=self._actions[route.name][method],
            parameters={
                text: parts[at]
                for at, (kind, text) in enumerate(segments)
                if kind is Segment.VARIABLE
            },
            host_tenant=label if host == self._wanted.identity.tenant_hosts else None,
        )


def _matching(node: _Node, parts: list[str], at: int) -> list[Route] | None:
    """The routes of the most specific template: a literal before a name before all below."""
    if at == len(parts):
        return node.here or None
    part = parts[at]
    below = node.literals.get(part)
    found = None if below is None else _matching(below, parts, at + 1)
    if found is None and node.variable is not None and part:
        found = _matching(node.variable, parts, at + 1)
    return found or node.rest or None
