"""Judgments over limits: each by itself, and what they come to together."""

from collections.abc import Iterator, Mapping
from typing import Final

from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.availability.limiting import LIMITS, By, Limit, Rate
from ringwall.gateway.judging import warning
from ringwall.identity.config import IDENTITY, Identity
from ringwall.runtime.configuration import Configuration, Problem

_FEW: Final = 100
"""Requests on a connection, of which its handshake takes a tenth of all that is done for them."""

_PARENTS: Final[Mapping[By, By]] = {
    By.ADDRESS: By.NETWORK,
    By.USER: By.TENANT,
    By.PROGRAM: By.TENANT,
}


def check_availability(configuration: Configuration) -> Iterator[Problem]:
    """Limits that nothing meets, or that are met before they could be."""
    availability = configuration.one(Availability, AVAILABILITY)
    limits = availability.in_force()
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
        if given.by not in {By.ADDRESS, By.NETWORK} and not signs_in:
            yield warning(path, f"nobody signs in here, so no {given.by} is ever known")
        yield from _wider_than_its_parent(path, given, limits)


def check_sharing(configuration: Configuration) -> Iterator[Problem]:
    """A Redis that nothing is counted in."""
    availability = configuration.one(Availability, AVAILABILITY)
    if availability.shared.redis is not None and not availability.counted_together():
        yield warning(
            (AVAILABILITY, "shared", "redis"),
            "nothing is counted there: no limit says `shared: true`",
        )


def _wider_than_its_parent(
    path: tuple[str, ...], limit: Limit, limits: Mapping[str, Limit]
) -> Iterator[Problem]:
    parent = _PARENTS.get(limit.by)
    for name, other in limits.items():
        if other.by is parent and _per_second(other) < _per_second(limit):
            yield warning(
                path,
                f"{limit.rate} is more than a {other.by} has ({name}: {other.rate}), so that this "
                "limit is never the one that is met",
            )


def _per_second(limit: Limit) -> float:
    rate = Rate.of(limit.rate)
    return rate.tokens / rate.seconds
