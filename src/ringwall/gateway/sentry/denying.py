"""Whom the sentry has refused at the door, until when, and why. Pure.

Every denial has an end: after a minute, and after twice as long each time it has to be done again
within an hour of the last, up to an hour. Nobody is denied from where somebody known was answered
lately: they are limited like everybody else, and their neighbours pay nothing for them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Final

from ringwall.gateway.sentry.networks import Network

FIRST_S: Final = 60.0
LONGEST_S: Final = 3600.0
_REMEMBERED_S: Final = 3600.0
_ROUNDED_S: Final = 1.0
AT_MOST: Final = 1000
"""Networks; the door takes twice as many, and people's blocks come first."""
_REMEMBERED: Final = 4000
"""Denials that are over, at the most: of the many addresses of a flood few come back."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Times in seconds since 1970; ``lasts`` is how many seconds it was made for."""

    until: float
    lasts: float
    reason: str

    def holds(self, now: float) -> bool:
        """Whether it does; an end later than any has is of a clock that went back since."""
        return now < self.until <= now + LONGEST_S + _ROUNDED_S


@dataclass(frozen=True, slots=True)
class Denials:
    """Those that hold, and those that held lately."""

    found: Mapping[Network, Denial] = field(default_factory=dict)

    def alive(self, now: float) -> dict[Network, Denial]:
        """Those that hold."""
        return {network: one for network, one in self.found.items() if one.holds(now)}


def denied(
    was: Denials,
    wanted: Mapping[Network, str],
    now: float,
    *,
    is_spared: Callable[[Network], bool],
) -> Denials:
    """With those who are to be denied now, for a reason each; the first of them come first.

    Who is spared is let in at once, also if they were denied before.
    """
    holding = {network: one for network, one in was.alive(now).items() if not is_spared(network)}
    found = {**_lately(was.found, now), **holding}
    room = AT_MOST - len(holding)
    for network, reason in wanted.items():
        before = found.get(network)
        if room <= 0 or is_spared(network) or (before is not None and before.holds(now)):
            continue
        lasts = FIRST_S if before is None else min(LONGEST_S, 2 * before.lasts)
        found[network] = Denial(now + lasts, lasts, reason)
        room -= 1
    return Denials(found)


def _lately(found: Mapping[Network, Denial], now: float) -> dict[Network, Denial]:
    """Those that are over for less than an hour, without the oldest where they are too many."""
    over = {
        network: one
        for network, one in found.items()
        if not one.holds(now) and 0 <= now - one.until < _REMEMBERED_S
    }
    if len(over) <= _REMEMBERED:
        return over
    newest = sorted(over, key=lambda network: -over[network].until)
    return {network: over[network] for network in newest[:_REMEMBERED]}


def too_many(counted: Mapping[Network, int], most: int | None) -> Iterator[tuple[Network, str]]:
    """Who has more connections open than one may, those with the most first."""
    if most is None:
        return
    over = ((network, count) for network, count in counted.items() if count > most)
    for network, count in sorted(over, key=lambda one: (-one[1], str(one[0]))):
        yield network, f"holds {count} connections open, {most} are allowed"


def too_fast(
    begun: Mapping[Network, "Refused"], seconds: float, most: int | None
) -> Iterator[tuple[Network, str]]:
    """Who begins more connections in a second than one may, the worst first."""
    for network, rate in _rates_over(begun, seconds, most):
        yield network, f"begins {rate:.0f} connections a second, {most} are allowed"


def too_often(
    refused: Mapping[Network, "Refused"], most: int | None
) -> Iterator[tuple[Network, str]]:
    """Who is refused by limits more often in a second than one may be, the worst first.

    Each over the spell that it was watched for: where a line stands for many, a few are no proof.
    """
    rates = (
        (network, one.weight / one.seconds)
        for network, one in refused.items()
        if most is not None and one.lines >= _PROOF and one.weight > most * one.seconds > 0
    )
    for network, rate in sorted(rates, key=lambda one: (-one[1], str(one[0]))):
        yield network, f"goes on at {rate:.0f} refused requests a second, {most} are borne"


def too_many_resets(
    reset: Mapping[Network, "Refused"], most: int | None
) -> Iterator[tuple[Network, str]]:
    """Who resets more streams in a second than one may, for two seconds on, the worst first.

    A browser that leaves a page takes back all that it waited for at once, and is then done.
    """
    rates = (
        (network, one.weight / one.seconds)
        for network, one in reset.items()
        if most is not None
        and one.seconds >= _RESETS_S
        and one.lines >= _PROOF
        and one.weight > most * one.seconds
    )
    for network, rate in sorted(rates, key=lambda one: (-one[1], str(one[0]))):
        yield network, f"resets {rate:.0f} streams a second, {most} are borne"


def still_resetting(reset: Mapping[Network, "Refused"]) -> dict[Network, "Refused"]:
    """Those who were not watched for long enough; the others are counted anew."""
    return {network: one for network, one in reset.items() if one.seconds < _RESETS_S}


def _rates_over(
    counted: Mapping[Network, "Refused"], seconds: float, most: int | None
) -> list[tuple[Network, float]]:
    over = (
        (network, one.weight / seconds)
        for network, one in counted.items()
        if most is not None and one.lines >= _LINES and one.weight / seconds > most
    )
    return sorted(over, key=lambda one: (-one[1], str(one[0])))


_LINES: Final = 3
"""Of the list of new connections, at the least: one may stand for many, and be somebody's only."""
_PROOF: Final = 20
"""Lines of the record, at the least."""
_WATCHED_S: Final = 10.0
_RESETS_S: Final = 1.9
"""Two samples of a second, which come a little early and a little late."""


def watched_on(refused: Mapping[Network, "Refused"]) -> dict[Network, "Refused"]:
    """Those of whom more has to be seen; the others are counted anew."""
    return {
        network: one
        for network, one in refused.items()
        if one.lines < _PROOF and one.seconds < _WATCHED_S
    }


@dataclass(slots=True)
class Refused:
    """How often somebody was refused, or came: in lines of a record, and by what these weigh.

    ``seconds`` is for how long that was watched.
    """

    lines: int = 0
    weight: float = 0.0
    seconds: float = 0.0

    def add(self, weight: float) -> None:
        """Count a line."""
        self.lines += 1
        self.weight += weight


class Known:
    """From where people and programs were answered lately; bounded."""

    def __init__(self, *, lasts: float = 600.0, most: int = 100_000) -> None:
        self._lasts, self._most = lasts, most
        self._seen: dict[Network, float] = {}

    def saw(self, networks: tuple[Network, ...], now: float) -> None:
        """Somebody known was answered there."""
        for one in networks:
            self._seen.pop(one, None)
            self._seen[one] = now
        while len(self._seen) > self._most:
            oldest = next(iter(self._seen))
            del self._seen[oldest]

    def is_known(self, network: Network, now: float) -> bool:
        """Whether that was lately, by any clock; of an address, or of the network around it."""
        return abs(now - self._seen.get(network, float("-inf"))) <= self._lasts


def to_json(denials: Mapping[Network, Denial], iso: Callable[[float], str]) -> dict[str, Any]:
    """As :mod:`ringwall.gateway.sources.denials` reads it."""
    return {
        str(network): {"until": iso(one.until), "reason": one.reason}
        for network, one in denials.items()
    }


def of_json(value: Mapping[str, Any], at: Callable[[str], float]) -> Denials:
    """What the sentry before this one had denied; ``ValueError``, ``KeyError``, ``TypeError``."""
    return Denials(
        {
            ip_network(network): Denial(at(one["until"]), FIRST_S, str(one["reason"]))
            for network, one in value.items()
        }
    )
