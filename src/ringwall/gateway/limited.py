"""A past request and the limits it met: whose buckets, how full they were, which one refused it.

The edge tells of a refusal that it was one, and no more: Envoy has no name for the bucket that was
empty. So levels are reckoned, from the requests of the record that took from the same buckets. All
that are let through are recorded; of the refused, which take nothing, it does not matter that in a
flood only some are. It costs the edge nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from ringwall.access.compiler.requests import Address
from ringwall.gateway.availability.limiting import By, Limit, Rate, When
from ringwall.gateway.availability.meeting import Arriving, Met, met, whose_of
from ringwall.gateway.availability.reckoning import Level, full_after_s, level
from ringwall.gateway.config import Route, SignIn
from ringwall.gateway.destinations import sign_in_of
from ringwall.gateway.envoy.web import own_page
from ringwall.gateway.record_lines import PastRequest
from ringwall.gateway.recorded import NOWHERE
from ringwall.gateway.wanted import Wanted

LONGEST_LOOK_S: Final = 86_400.0
"""How far back buckets are reckoned at most."""
_REFILLS: Final = 3
"""Times that a bucket could have filled up in what is looked at: by then it hardly matters what was
before."""
_SLACK_S: Final = 0.1
"""By what the edge's clock and the record's times may differ, and requests were under way."""
NOBODY: Final = "nobody"
"""The strict limit of strangers in an alarm, by network and of all together with more words."""


class Ending(StrEnum):
    """What limits had to do with how a request ended."""

    PASSED = "passed"
    REFUSED = "refused"
    REFUSED_TOGETHER = "refused by a shared limit"
    """The process that counts for all hosts, or for all edges, said no."""
    OTHERWISE = "refused otherwise"
    """Lists, blocks, shedding, want of room: no limit did it."""
    SERVICE = "refused by the service"
    """429 was the service's own answer."""


_BY_LIMIT: Final = "local_rate_limited"
_BY_SHARED: Final = "request_rate_limited"
_OTHERWISE: Final = ("rbac_access_denied_matched_policy[", "overload", "maximum", "no_healthy")


def ending(row: PastRequest) -> Ending:
    """What the record says of it."""
    if row.details == _BY_LIMIT:
        return Ending.REFUSED
    if row.details == _BY_SHARED:
        return Ending.REFUSED_TOGETHER
    if row.status == 429:
        return Ending.SERVICE
    return Ending.OTHERWISE if row.details.startswith(_OTHERWISE) else Ending.PASSED


@dataclass(frozen=True, slots=True)
class Weighed:
    """A bucket, as full as it was before the request, and as it is at the end of the record."""

    met: Met
    before: Level
    now: Level
    may_have_refused: bool
    """Whether there was less in it than the request takes, as far as that can be reckoned."""


class Limiting:
    """The limits of a configuration, as past requests met them."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._limits = wanted.availability.in_force()
        self._exempt = wanted.availability.exempt
        self._routes: Mapping[str, Route] = {route.name: route for route in wanted.routes}

    def host(self, authority: str) -> str | None:
        """Which of the edge's hosts an authority is of, each of which counts for itself."""
        return _host(authority, frozenset(self._wanted.edge.hosts))

    def arriving(self, row: PastRequest) -> Arriving:
        """The request as limits saw it; its query, which no record has, is missing."""
        host, route = self.host(row.host), self._routes.get(row.route or "")
        identity = self._wanted.identity.host
        is_own, purpose = False, None
        if identity is not None and host is not None and route is None:
            is_own, purpose = own_page(row.method, row.path, signs_in=host == identity)
        is_person = row.strength is not None
        return Arriving(
            address=_address(row.address),
            method=row.method,
            path=row.path,
            route=None if route is None else route.name,
            purpose=purpose if route is None else route.purpose,
            is_own=is_own,
            cost=1 if route is None else route.cost,
            user=row.user if is_person else None,
            session=row.session if is_person else None,
            program=row.program,
            owner=None if is_person else row.user,
            tenant=row.tenant,
            roles=tuple((row.roles or "").split(",")),
        )

    def met_by(self, row: PastRequest, *, alarm: bool) -> list[Met]:
        """The limits it met, if it came as far as each of them; in an ``alarm`` more."""
        request = self.arriving(row)
        found = [
            one
            for one in met(self._limits, self._exempt, request, alarm=alarm)
            if one.limit.when is When.ALARM or not one.limit.asks_who or self._asks(request)
        ]
        if alarm and row.user is None and not self._is_exempt(request):
            found += self._strict(request)
        return found

    def _asks(self, request: Arriving) -> bool:
        """Whether the limits of people are asked for a route."""
        route = self._routes.get(request.route or "")
        if route is None:
            return False
        is_open = sign_in_of(self._wanted, route) is SignIn.NONE
        return not is_open or any(
            one.asks_who and one.is_of(route.name, route.purpose) for one in self._limits.values()
        )

    def _is_exempt(self, request: Arriving) -> bool:
        return any(request.address in network for network in self._exempt.networks)

    def _strict(self, request: Arriving) -> Iterator[Met]:
        strict = self._wanted.availability.nobody
        if strict is None:
            return
        for name, by, rate, burst in (
            (NOBODY, By.ADDRESS, strict.rate, strict.burst),
            (f"{NOBODY}, by network", By.NETWORK, strict.rate_network, strict.burst_network),
            (f"{NOBODY}, together", By.ALL, strict.rate_together, strict.burst_together),
        ):
            limit = Limit(by=(by,), rate=rate, burst=burst, when=When.ALARM)
            yield Met(name, limit, whose_of(limit, request) or ())

    def weigh(
        self, row: PastRequest, rows: Iterable[PastRequest], *, alarm: bool
    ) -> tuple[list[Weighed], int]:
        """The buckets that it met, and how many others were refused within the same second.

        ``rows`` are those since :func:`looked_back_s` before it, in any order.
        """
        found = self.met_by(row, alarm=alarm)
        host, cost = self.host(row.host), self.arriving(row).cost
        taken: list[list[tuple[float, int]]] = [[] for _ in found]
        refused, last = 0, row.at
        for other in rows:
            last = max(last, other.at)
            if other.id == row.id and other.at == row.at:
                continue
            if ending(other) in (Ending.REFUSED, Ending.REFUSED_TOGETHER):
                refused += int(other.at) == int(row.at)
                continue
            if self.host(other.host) != host:
                continue
            for one, times in zip(found, taken, strict=True):
                if self._takes_from(one, other):
                    times.append((other.at, self._cost(other)))
        weighed = []
        for one, times in zip(found, taken, strict=True):
            times.sort()
            since = row.at - looked_back_s([one])
            before = level(one.limit, times, since=since, until=row.at)
            own = [(row.at, cost)] if ending(row) is Ending.PASSED else []
            now = level(one.limit, sorted([*times, *own]), since=since, until=last)
            weighed.append(Weighed(one, before, now, _may_refuse(row, one, before, cost)))
        return weighed, refused

    def _cost(self, row: PastRequest) -> int:
        route = self._routes.get(row.route or "")
        return 1 if route is None else route.cost

    def _takes_from(self, one: Met, row: PastRequest) -> bool:
        if one.name.partition(",")[0] == NOBODY and row.user is not None:
            return False
        if not all(_is_same(by, value, row) for by, value in one.whose):
            return False
        return not one.limit.is_of_some_routes or self.arriving(row).meets(one.limit)


def looked_back_s(found: Sequence[Met]) -> float:
    """How many seconds before a request have to be known to reckon these buckets."""
    longest = max((full_after_s(one.limit) for one in found), default=0.0)
    return min(LONGEST_LOOK_S, longest * _REFILLS)


def _may_refuse(row: PastRequest, one: Met, before: Level, cost: int) -> bool:
    """Whether it was this bucket, by where in the chain it was refused, and how full that was."""
    how = ending(row)
    if how is Ending.REFUSED_TOGETHER:
        return one.limit.shared
    if how is not Ending.REFUSED:
        return False
    asks = one.limit.asks_who or one.limit.when is When.ALARM
    if row.user is not None and not asks:
        return False  # it was known who asks, so that those of addresses had let it through
    slack = max(1.0, Rate.of(one.limit.rate).per_second * _SLACK_S)
    return before.tokens < cost + slack


def _is_same(by: By, value: str, row: PastRequest) -> bool:
    match by:
        case By.ADDRESS | By.NETWORK:
            return _masked(by, row.address) == value
        case By.ASKER:
            return value == (_masked(By.ADDRESS, row.address) if row.user is None else row.user)
        case By.USER:
            return row.user == value and row.strength is not None
        case By.SESSION:
            return row.session == value
        case By.PROGRAM:
            return row.program == value
        case By.TENANT:
            return row.tenant == value
        case By.ROUTE:
            return row.route == value
        case By.REQUEST:
            return value == _asked(row)
        case By.ALL:
            return True


def _asked(row: PastRequest) -> str | None:
    limit = Limit(by=(By.REQUEST,), rate="1/s", burst=1)
    found = whose_of(limit, Arriving(address=NOWHERE, method=row.method, path=row.path))
    return None if found is None else found[0][1]


@lru_cache(maxsize=65_536)
def _masked(by: By, address: str) -> str | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    whose = whose_of(Limit(by=(by,), rate="1/s", burst=1), Arriving(address=found))
    return None if whose is None else whose[0][1]


@lru_cache(maxsize=65_536)
def _host(authority: str, hosts: frozenset[str]) -> str | None:
    name = authority.partition(":")[0].lower().removesuffix(".")
    wildcard = f"*.{name.partition('.')[2]}"
    return name if name in hosts else wildcard if wildcard in hosts else None


@lru_cache(maxsize=65_536)
def _address(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError:
        return NOWHERE
