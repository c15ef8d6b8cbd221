"""When an attack begins, grows and ends, by samples and a clock alone. Pure.

Each kind of attack has a *level*, a number by the second, and *harm*: whether what comes costs
anybody something, because much of it is refused, or the edge is short of room or of processor. An
attack begins when for three of five seconds the level is above what is usual, above a floor, and
does harm; so an ordinary busy hour is none. It ends after a minute well below.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from ringwall.gateway.sentry.usual import Usual


class Kind(StrEnum):
    """What an attack is on."""

    CONNECTIONS = "connections"
    HANDSHAKES = "handshakes"
    SLOW = "slow"
    FRAMES = "frames"
    REQUESTS = "requests"
    SIGN_IN = "sign-in"
    TENANT = "tenant"
    UPSTREAM = "upstream"


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind's level, by the second or as it is now, and whether it does harm.

    ``grown`` is what has come of it within the sample, for the sum of an attack.
    """

    level: float
    harm: bool
    grown: float = 0.0


Sample = Mapping[Kind, Signal]

FLOORS: Final[Mapping[Kind, float]] = {
    Kind.CONNECTIONS: 200.0,
    Kind.HANDSHAKES: 200.0,
    Kind.SLOW: 5.0,
    Kind.FRAMES: 50.0,
    Kind.REQUESTS: 100.0,
    Kind.SIGN_IN: 2.0,
    Kind.TENANT: 20.0,
    Kind.UPSTREAM: 5.0,
}
"""Below these nothing is called an attack, however unusual it is."""

SENSITIVITY: Final[Mapping[str, float]] = {"low": 2.0, "normal": 1.0, "high": 0.5}
"""By what floors and the usual are multiplied."""

_TIMES_USUAL: Final = 4.0
_OF, _AT_LEAST = 5, 3
_QUIET_FOR: Final = 60.0
_THE_SAME_WITHIN: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack; times in seconds since 1970. ``ended`` is ``None`` while it goes on.

    ``above`` is the level that it had to pass, ``count`` what has come of it so far.
    """

    id: str
    kind: Kind
    began: float
    above: float
    peak: float
    peaked: float
    count: float
    seen: float
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """An attack was recognised, or one that had just ended goes on."""

    attack: Attack


@dataclass(frozen=True, slots=True)
class Grew:
    """An attack has a new peak."""

    attack: Attack


@dataclass(frozen=True, slots=True)
class Ended:
    """An attack is over."""

    attack: Attack


Transition = Began | Grew | Ended


@dataclass(frozen=True, slots=True)
class Watched:
    """What is remembered of one kind: the last seconds, what is usual, the attack of now or last.

    ``quiet`` is since when the level has been well below.
    """

    last: tuple[bool, ...] = ()
    usual: Usual = field(default_factory=Usual)
    attack: Attack | None = None
    quiet: float | None = None

    @property
    def open(self) -> Attack | None:
        """The attack that goes on."""
        return self.attack if self.attack is not None and self.attack.ended is None else None


@dataclass(frozen=True, slots=True)
class State:
    """All that is remembered between two samples."""

    kinds: Mapping[Kind, Watched] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Attack, ...]:
        """The attacks that go on, in the order of kinds."""
        found = (self.kinds[kind].open for kind in Kind if kind in self.kinds)
        return tuple(one for one in found if one is not None)


def step(
    state: State, sample: Sample, now: float, *, sensitivity: float = 1.0
) -> tuple[State, tuple[Transition, ...]]:
    """What a sample of the last second changes; a kind that it says nothing of is left alone.

    ``now`` is in seconds since 1970. Of a clock that goes back nothing worse comes than an attack
    that lasts longer.
    """
    kinds, told = dict(state.kinds), list[Transition]()
    for kind in Kind:
        signal = sample.get(kind)
        if signal is not None:
            kinds[kind], one = _watched(
                kinds.get(kind, Watched()), kind, signal, now, FLOORS[kind] * sensitivity
            )
            if one is not None:
                told.append(one)
    return State(kinds), tuple(told)


def threshold(watched: Watched, floor: float) -> float:
    """The level that has to be passed."""
    return max(floor, _TIMES_USUAL * watched.usual.level)


def _watched(
    was: Watched, kind: Kind, signal: Signal, now: float, floor: float
) -> tuple[Watched, Transition | None]:
    attack = was.open
    if attack is not None:
        return _under_attack(was, attack, signal, now)
    above = threshold(was, floor)
    last = (*was.last, signal.level > above and signal.harm)[-_OF:]
    if sum(last) < _AT_LEAST:
        usual = was.usual.seen(signal.level, now)
        return replace(was, last=last, usual=usual), None
    before = was.attack
    if before is not None and before.ended is not None and now - before.seen <= _THE_SAME_WITHIN:
        begun = replace(before, ended=None)
    else:
        begun = Attack(
            id=f"{kind}-{int(now)}",
            kind=kind,
            began=now,
            above=above,
            peak=0.0,
            peaked=now,
            count=0.0,
            seen=now,
        )
    begun = _counted(begun, signal, now)
    return replace(was, last=(), attack=begun, quiet=None), Began(begun)


def _under_attack(
    was: Watched, attack: Attack, signal: Signal, now: float
) -> tuple[Watched, Transition | None]:
    grown = _counted(attack, signal, now)
    is_quiet = signal.level < attack.above / 2 or not signal.harm
    if not is_quiet:
        grown = replace(grown, seen=now)
        told = Grew(grown) if grown.peak > attack.peak else None
        return replace(was, attack=grown, quiet=None), told
    quiet = now if was.quiet is None else min(was.quiet, now)
    if now - quiet < _QUIET_FOR:
        return replace(was, attack=grown, quiet=quiet), None
    ended = replace(grown, ended=max(grown.began, quiet))
    return replace(was, attack=ended, quiet=None), Ended(ended)


def _counted(attack: Attack, signal: Signal, now: float) -> Attack:
    count = attack.count + max(0.0, signal.grown)
    if signal.level <= attack.peak:
        return replace(attack, count=count)
    return replace(attack, count=count, peak=signal.level, peaked=now)
