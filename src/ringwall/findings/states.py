"""The states of a finding, which step leads from which to which, and why another does not. Pure.

People say what they do; only a check says that something is fixed. What was excused (accepted, or
called a false positive) was excused as it was: other facts, a higher severity or the end of its
time, and it is open again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from ringwall.core.findings import Severity


class State(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in-progress"
    TO_BE_CONFIRMED = "to-be-confirmed"
    """Somebody says that it is fixed; no check has looked since."""
    FIXED = "fixed"
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false-positive"


class Move(StrEnum):
    """What somebody does with a finding."""

    ACKNOWLEDGE = "acknowledge"
    START = "start"
    DONE = "done"
    ACCEPT = "accept"
    REJECT = "reject"
    REOPEN = "reopen"


UNDONE: Final = frozenset(
    {State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS, State.TO_BE_CONFIRMED}
)
"""Somebody still has something to do."""
EXCUSED: Final = frozenset({State.ACCEPTED, State.FALSE_POSITIVE})
"""It is there, and nobody has to do anything for now."""

_LEADS_TO: Final = {
    Move.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Move.START: State.IN_PROGRESS,
    Move.DONE: State.TO_BE_CONFIRMED,
    Move.ACCEPT: State.ACCEPTED,
    Move.REJECT: State.FALSE_POSITIVE,
    Move.REOPEN: State.OPEN,
}
_FROM: Final = {
    Move.ACKNOWLEDGE: {State.OPEN},
    Move.START: {State.OPEN, State.ACKNOWLEDGED},
    Move.DONE: {State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS},
    Move.ACCEPT: UNDONE | {State.ACCEPTED},
    Move.REJECT: UNDONE,
    Move.REOPEN: (UNDONE | EXCUSED) - {State.OPEN},
}
_FIXED: Final = "a check confirmed that it is fixed: it opens by itself when a check finds it again"
_WHY_NOT: Final = {
    State.OPEN: "it is open",
    State.ACKNOWLEDGED: "it is acknowledged already",
    State.IN_PROGRESS: "somebody is at it already",
    State.TO_BE_CONFIRMED: "somebody says that it is fixed: the next check tells, or reopen it",
    State.FIXED: _FIXED,
    State.ACCEPTED: "it is accepted: reopen it first",
    State.FALSE_POSITIVE: "it is said to be a false positive: reopen it first",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that is not taken, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Outdated(Refusal):
    """It is not taken since the finding is not as whoever decided has seen it."""


def moved(state: State, move: Move) -> State | Refusal:
    """Where a step leads."""
    if state in _FROM[move]:
        return _LEADS_TO[move]
    return Refusal(f"cannot {move} a finding that is {state}: {_WHY_NOT[state]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """Why nobody has to do anything about a finding, who answers for that, and until when.

    ``facts`` are digests of what each sighting stood on, by the sighting's name.
    """

    owner: str
    reason: str
    until: datetime
    severity: Severity
    facts: Mapping[str, str] = field(default_factory=dict)


def excuse_refused(
    *, owner: str, reason: str, until: datetime, now: datetime, latest: datetime
) -> Refusal | None:
    """Why something cannot be excused so; ``latest`` is the last end that is allowed."""
    if not owner.strip():
        return Refusal("somebody has to answer for it: name the owner")
    if len(reason.strip()) < _SHORTEST:
        return Refusal(f"the reason needs {_SHORTEST} characters or more: others will read it")
    if until <= now:
        return Refusal(f"its end, {until:%Y-%m-%d}, is past: name a day to come")
    if until > latest:
        return Refusal(
            f"its end is {latest:%Y-%m-%d} at the latest (`findings.excused_at_most`), "
            f"not {until:%Y-%m-%d}"
        )
    return None


_SHORTEST: Final = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """A state that a finding comes to by itself, and why."""

    state: State
    why: str


def found(
    state: State,
    *,
    name: str,
    facts: str,
    severity: Severity,
    excuse: Excuse | None,
    since: datetime,
    seen: datetime,
) -> Turn | None:
    """What becomes of a finding that a run found; ``None`` where its state stays.

    ``name`` is of the sighting, ``facts`` the digest of what it stands on now, ``since`` when the
    finding came to its state and ``seen`` when it was found.
    """
    if state is State.FIXED:
        return Turn(State.OPEN, "it came back") if seen > since else None
    if state is State.TO_BE_CONFIRMED:
        return Turn(State.OPEN, "it is still there") if seen > since else None
    if state not in EXCUSED:
        return None
    if excuse is None:
        return Turn(State.OPEN, "nobody says why it would not matter")
    if severity.number > excuse.severity.number:
        return Turn(State.OPEN, f"it was {excuse.severity} when it was excused, it is {severity}")
    if excuse.facts.get(name, facts) != facts:
        return Turn(State.OPEN, "what it was excused for has changed")
    return None


def ended(state: State, excuse: Excuse | None, now: datetime) -> Turn | None:
    """What becomes of an excused finding as time goes by."""
    if state not in EXCUSED or (excuse is not None and now < excuse.until):
        return None
    until = "" if excuse is None else f", {excuse.until:%Y-%m-%d}"
    return Turn(State.OPEN, f"the end of its excuse{until} has come")
