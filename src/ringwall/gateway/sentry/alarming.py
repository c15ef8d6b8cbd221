"""What the alarm is raised for, and at which hosts: never for what one source does alone. Pure.

The alarm costs strangers something, so that nobody may keep it up alone: a home line, with all the
addresses of its network, is one source here, which its limits hold by themselves, and which is
denied at the door if it goes on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ringwall.gateway.sentry.networks import Network
from ringwall.gateway.sentry.recognising import Attack, Kind, State, Watched, step
from ringwall.gateway.sentry.signals import Second, without_one_source
from ringwall.gateway.sentry.spread import Spread

ELSEWHERE: Final = "unknown host"
"""What is asked for by no name that the edge has; so its route tables call it."""
_ALARMING: Final = (Kind.REQUESTS, Kind.SIGN_IN)
_MUCH: Final = 10.0
"""Refused requests a second at a host, those of the network with the most left out."""
_LASTS_S: Final = 60.0
_BEFORE_S: Final = 10.0
"""An attack is recognised by some seconds that have passed."""

By = Mapping[tuple[str, Network], float]
"""How often something was refused within a second, by host and by network (/24, IPv6 /48)."""


@dataclass(slots=True)
class Refusals:
    """What was refused to strangers since the last second, and of it what was on sign-in."""

    all: dict[tuple[str, Network], float] = field(default_factory=dict)
    sign_in: dict[tuple[str, Network], float] = field(default_factory=dict)

    def add(self, host: str, network: Network, weight: float, *, sign_in: bool) -> None:
        """Count one that stands for ``weight`` of them."""
        key = (host, network)
        for counted in (self.all, self.sign_in) if sign_in else (self.all,):
            counted[key] = counted.get(key, 0.0) + weight

    @property
    def one_source(self) -> float:
        """The part of all that is of the network with the most, 0 to 1."""
        weights = by_network(self.all)
        return max(weights.values(), default=0.0) / max(sum(weights.values()), 1e-9)


def by_network(counted: By) -> dict[Network, float]:
    """At all hosts together."""
    found: dict[Network, float] = {}
    for (_, network), weight in counted.items():
        found[network] = found.get(network, 0.0) + weight
    return found


def attacked(counted: By, *, above: float) -> set[str]:
    """Where more than so much is refused to others than the network with the most there."""
    total: dict[str, float] = {}
    most: dict[str, float] = {}
    for (host, _), weight in counted.items():
        total[host] = total.get(host, 0.0) + weight
        most[host] = max(most.get(host, 0.0), weight)
    return {host for host in total if total[host] - most[host] > above}


def host_of(authority: str, hosts: Collection[str]) -> str:
    """Which of the edge's hosts a request was for, by its authority (RFC 9110 section 7.2)."""
    name = authority.rpartition(":")[0] if authority.rpartition(":")[2].isdigit() else authority
    name = name.lower()
    if name in hosts:
        return name
    wide = f"*.{name.partition('.')[2]}"
    return wide if wide in hosts else ELSEWHERE


class Alarming:
    """What it follows from; begins with what the sentry before this one had recognised."""

    def __init__(
        self, before: State, *, is_raised: bool, hosts: Iterable[str] = (), now: float = 0.0
    ) -> None:
        """``is_raised`` is whether it had raised the alarm, at ``hosts`` if it could tell."""
        watched = before.kinds.get(Kind.REQUESTS, Watched())
        if not is_raised:
            watched = Watched(usual=watched.usual)
        self._wide = State({Kind.REQUESTS: watched})
        self._spread = Spread()
        self._hosts = {kind: dict.fromkeys(hosts, now) for kind in _ALARMING}

    def saw(
        self, second: Second, refused: Refusals, now: float, *, sensitivity: float = 1.0
    ) -> None:
        """Take note of a second and of what was refused in it; ``now`` of any clock."""
        signal = without_one_source(second, refused.one_source)
        self._wide, _ = step(self._wide, {Kind.REQUESTS: signal}, now, sensitivity=sensitivity)
        self._spread.saw(by_network(refused.sign_in), second.seconds, now)
        much = attacked(refused.all, above=_MUCH * second.seconds)
        self._hosts[Kind.REQUESTS].update(dict.fromkeys(much, now))
        self._hosts[Kind.SIGN_IN].update((host, now) for host, _ in refused.sign_in)

    def of(self, open_: Iterable[Attack], now: float) -> Attack | None:
        """The attack of those that go on for which the alarm is to be raised; ``None`` for none."""
        return next((one for one in open_ if self._is_wide(one.kind, now)), None)

    def hosts(self, open_: Iterable[Attack], now: float) -> frozenset[str] | None:
        """Where it is to be raised; ``None`` for all hosts, as where it cannot be told."""
        found: set[str] = set()
        for one in open_:
            if self._is_wide(one.kind, now):
                hosts = self._of_late(one, now)
                if not hosts:
                    return None
                found |= hosts
        return frozenset(found) or None

    def _is_wide(self, kind: Kind, now: float) -> bool:
        if kind is Kind.SIGN_IN:
            return self._spread.is_wide(now)
        return kind is Kind.REQUESTS and bool(self._wide.open)

    def _of_late(self, attack: Attack, now: float) -> set[str]:
        """Where it was within a minute; if nowhere, where it was last."""
        seen = {
            host: at
            for host, at in self._hosts[attack.kind].items()
            if at >= attack.began - _BEFORE_S
        }
        latest = max(seen.values(), default=now)
        return {host for host, at in seen.items() if at == latest or abs(now - at) <= _LASTS_S}
