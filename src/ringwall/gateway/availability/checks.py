"""Judgments over limits: each by itself, and what they come to together."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.availability.limiting import LIMITS, By, Limit, Rate, met_at
from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.gateway.judging import Path, unknown, warning
from ringwall.identity.config import IDENTITY, Identity
from ringwall.runtime.configuration import Configuration, Problem

_FEW: Final = 100
"""Requests on a connection, of which its handshake takes a tenth of all that is done for them."""
MOST_COSTS: Final = 8
"""Different costs of routes: each is looked for at every request."""
_PARENTS: Final[Mapping[By, By]] = {
    By.ADDRESS: By.NETWORK,
    By.SESSION: By.USER,
    By.USER: By.TENANT,
    By.PROGRAM: By.TENANT,
}


def check_availability(configuration: Configuration) -> Iterator[Problem]:
    """Limits that nothing meets, that are met before they could be, or that nothing passes."""
    availability = configuration.one(Availability, AVAILABILITY)
    limits = availability.in_force()
    routes = configuration.list(Route, ROUTES)
    signs_in = configuration.one(Identity, IDENTITY).host is not None
    requests = availability.connections.requests
    if requests is not None and requests < _FEW:
        yield warning(
            (AVAILABILITY, "connections", "requests"),
            f"every {requests} requests of a client cost a handshake, which is dearer than ten",
        )
    for name, given in availability.limits.items():
        path = (AVAILABILITY, "limits", name)
        if given is None:
            if name not in LIMITS:
                yield warning(path, f"there is no limit {name} to take out")
            continue
        if given.asks_who and not signs_in and given.by != (By.ASKER,):
            words = " and ".join(given.by)
            yield warning(path, f"nobody signs in here, so no {words} is ever known")
        yield from _of_no_route(path, given, routes, signs_in=signs_in)
        yield from _wider_than_its_parent(path, given, limits)
    yield from _too_dear(routes, limits)
    hops = configuration.one(Edge, EDGE).trusted_hops
    if hops and "networks" not in availability.exempt.model_fields_set:
        yield warning(
            (EDGE, "trusted_hops"),
            "behind proxies this machine's own addresses are exempt from every limit, list and "
            "challenge: so is a client of a proxy or tunnel on it that tells no address, and one "
            "that comes past the proxies and says it is 127.0.0.1. Name the operators' own "
            f"networks as {AVAILABILITY}.exempt.networks, or none: []",
        )


def _of_no_route(
    path: Path, limit: Limit, routes: Sequence[Route], *, signs_in: bool
) -> Iterator[Problem]:
    names = [route.name for route in routes]
    for index, name in enumerate(limit.routes):
        if name not in names:
            yield unknown((*path, "routes", index), "route", name, names)
    purpose = limit.purpose
    if purpose is None or any(route.purpose is purpose for route in routes):
        return
    if not signs_in or purpose.value == "search":
        yield warning((*path, "purpose"), f"no route has the purpose {purpose}")


def check_sharing(configuration: Configuration) -> Iterator[Problem]:
    """A Redis that nothing is counted in."""
    availability = configuration.one(Availability, AVAILABILITY)
    if availability.shared.redis is not None and not availability.counted_together():
        yield warning(
            (AVAILABILITY, "shared", "redis"),
            "nothing is counted there: no limit says `shared: true`",
        )


def _wider_than_its_parent(
    path: Path, limit: Limit, limits: Mapping[str, Limit]
) -> Iterator[Problem]:
    if len(limit.by) != 1 or limit.is_of_some_routes:
        return
    parent = _PARENTS.get(limit.by[0])
    for name, other in limits.items():
        if other.by != (parent,) or other.is_of_some_routes:
            continue
        if Rate.of(other.rate).per_second < Rate.of(limit.rate).per_second:
            yield warning(
                path,
                f"{limit.rate} is more than a {parent} has ({name}: {other.rate}), so that this "
                "limit is never the one that is met",
            )


def _too_dear(routes: Sequence[Route], limits: Mapping[str, Limit]) -> Iterator[Problem]:
    costs: set[int] = set()
    for position, route in enumerate(routes):
        path = (ROUTES, position, "cost")
        if route.cost == 1:
            continue
        least = min(
            met_at(limits, route.name, route.purpose),
            key=lambda found: found[1].burst,
            default=None,
        )
        if least is not None and least[1].burst < route.cost:
            yield Problem(
                path=path,
                message=f"no request would ever pass: the limit {least[0]} holds {least[1].burst}",
                value=str(route.cost),
                allowed=f"at most {least[1].burst}, or a higher burst of the limit",
            )
        costs.add(route.cost)
        if len(costs) > MOST_COSTS:
            yield Problem(
                path=path,
                message=f"routes have more than {MOST_COSTS} different costs, and each is looked "
                "for at every request",
                value=str(route.cost),
                allowed=f"one of {', '.join(map(str, sorted(costs - {route.cost})))}",
            )
            return
