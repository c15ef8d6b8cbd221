"""Which limits a request meets, and whose bucket it takes from: what the edge does, in words."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from ringwall.gateway.availability.config import Exempt
from ringwall.gateway.availability.limiting import By, Limit, When
from ringwall.gateway.config import RoutePurpose

LONGEST_PATH: Final = 256
"""Characters of a path that tell one request from another; each is kept in memory."""
LOOKS: Final = ("GET", "HEAD")
"""The methods of requests that are the same if path and query are. Of what others bring nothing is
known but where to: two orders are not one."""
MASKS: Final[Mapping[By, tuple[int, int]]] = {By.ADDRESS: (32, 64), By.NETWORK: (24, 48)}
"""How much of an address counts, of IPv4 and of IPv6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A request as the limits see it. ``session`` is of people only.

    ``owner`` is whose API key it came with, which makes no person of it. ``is_own`` says that it is
    for a page of Ringwall's own, and ``purpose`` then what is sent there.
    """

    address: IPv4Address | IPv6Address
    method: str = "GET"
    path: str = "/"
    route: str | None = None
    purpose: RoutePurpose | None = None
    is_own: bool = False
    cost: int = 1
    user: str | None = None
    session: str | None = None
    program: str | None = None
    owner: str | None = None
    tenant: str | None = None
    roles: Collection[str] = ()

    def meets(self, limit: Limit) -> bool:
        """Whether a limit is about what it asks for."""
        purposes = (self.purpose, *((RoutePurpose.PAGES,) if self.is_own else ()))
        return not limit.is_of_some_routes or any(
            limit.is_of(self.route or "", purpose) for purpose in purposes
        )


@dataclass(frozen=True, slots=True)
class Met:
    """A limit, and whose bucket of it is taken from."""

    name: str
    limit: Limit
    whose: tuple[tuple[By, str], ...]


def met(
    limits: Mapping[str, Limit], exempt: Exempt, request: Arriving, *, alarm: bool = False
) -> Iterator[Met]:
    """The buckets that a request takes tokens from, in the order of names; of an ``alarm`` too."""
    for name, limit in limits.items():
        if not request.meets(limit) or (limit.when is When.ALARM and not alarm):
            continue
        if exemption(exempt, limit, request) is not None:
            continue
        whose = whose_of(limit, request)
        if whose is not None:
            yield Met(name, limit, whose)


def whose_of(limit: Limit, request: Arriving) -> tuple[tuple[By, str], ...] | None:
    """Whose bucket of a limit a request takes from; ``None`` where it has none of it."""
    found = [_whose(by, request) for by in limit.by]
    return None if None in found else tuple(one for one in found if one is not None)


def exemption(exempt: Exempt, limit: Limit, request: Arriving) -> str | None:
    """Why a limit does not hold for a request, ``None`` if it does."""
    for network in exempt.networks:
        if request.address in network:
            return f"exempt: {network}"
    if not limit.asks_who:
        return None
    if request.program in exempt.programs:
        return f"exempt: the program {request.program}"
    for role in exempt.roles:
        if role in request.roles:
            return f"exempt: the role {role}"
    return None


def _whose(by: By, request: Arriving) -> tuple[By, str] | None:
    found = {
        By.USER: request.user,
        By.SESSION: request.session,
        By.PROGRAM: request.program,
        By.TENANT: request.tenant,
        By.ROUTE: request.route,
        By.REQUEST: request.path[:LONGEST_PATH] if request.method in LOOKS else None,
        By.ALL: "everybody",
    }
    if by is By.ASKER:
        known = request.user or request.program or request.owner
        return (by, known) if known is not None else _whose(By.ADDRESS, request)
    if by in MASKS:
        v4, v6 = MASKS[by]
        length = v4 if request.address.version == 4 else v6
        network = ip_network(f"{request.address}/{length}", strict=False)
        single = length == network.max_prefixlen
        return by, str(network.network_address if single else network)
    value = found[by]
    return None if value is None else (by, value)
