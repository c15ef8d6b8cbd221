"""From what is seen to what is told: shares of what is recorded and shed, and a pressure. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.gateway.sentry.orders import NO_SHARES, Class, Shares

LINES: Final = 200
"""Refusals that are recorded in a second, roughly, however many there are."""
_STEADY: Final = 1.25
_UNDER: Final = 0.10
_CALM_S: Final = 1.0
_FALLS: Final = 5
_RISES, _RISES_MORE = 10, 40
_HELD: Final = 0.8


def recorded(refused: float, before: int) -> int:
    """Per cent of refusals to record, of so many a second; small changes change nothing."""
    wanted = 100 if refused <= LINES else max(1, int(100 * LINES / refused))
    if wanted in {before, 100}:
        return wanted
    return before if before / _STEADY <= wanted <= before * _STEADY else wanted


@dataclass(frozen=True, slots=True)
class Shedding:
    """What is shed now; ``calm`` is for how many seconds the edge has had time to spare."""

    shares: Shares = field(default_factory=lambda: NO_SHARES)
    calm: float = 0.0

    @property
    def sheds(self) -> bool:
        """Whether anything is."""
        return any(self.shares.values())


def shed(
    was: Shedding,
    busy: float,
    seconds: float,
    *,
    target: float,
    order: Sequence[Class] = tuple(Class),
) -> Shedding:
    """What is to be shed after a spell in which the busiest worker wanted ``busy`` of its time.

    Above ``target`` the first class of ``order`` that is not shed whole is shed more of, the more
    the further above; well below it for a while, the last that is shed at all is shed less of. So
    no class is touched before all of the one before it is gone.
    """
    shares = {one: was.shares.get(one, 0) for one in order}
    if busy > target:
        rises = round(_RISES + _RISES_MORE * (busy - target) / max(0.01, 1.0 - target))
        for one in order:
            if shares[one] < 100:
                shares[one] = min(100, shares[one] + rises)
                break
        return Shedding({**NO_SHARES, **shares})
    if busy >= target - _UNDER:
        return replace(was, shares={**NO_SHARES, **shares}, calm=0.0)
    calm = was.calm + seconds
    if calm < _CALM_S:
        return Shedding({**NO_SHARES, **shares}, calm)
    for one in reversed(order):
        if shares[one] > 0:
            shares[one] = max(0, shares[one] - _FALLS)
            break
    return Shedding({**NO_SHARES, **shares}, calm)


def pressure(open_share: float, attacks: Collection[str]) -> float:
    """How short of connections the edge is, 0 to 1; an attack on them counts as much of it.

    One of slow requests does not: five of them a second take nothing from anybody, and honest long
    polls would be cut short for them. Once they hold many connections, that is an attack on those.
    """
    held = _HELD if "connections" in attacks else 0.0
    return max(0.0, min(1.0, max(open_share, held)))
