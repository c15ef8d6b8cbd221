"""How the log fares, from what its processes tell: for commands, metrics and alarms."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.lake.intake.controlling import told_at
from ringwall.lake.places import Places
from ringwall.lake.telling import Told, read_told
from ringwall.ledger.shelf import CHECKPOINT

MUCH: Final = 256 * 1024 * 1024
"""Unread bytes that are an alarm: the collector does not keep up, or did not run."""
_FRESH_S: Final = 5.0
_STOPPED_S: Final = 30.0
"""A turn that moves very much takes longer than one in which nothing is to do."""
_LATE_S: Final = 10.0
"""Events wait no longer than 2 s for their checkpoint, where all is well."""
_ASKED_S: Final = 60.0
_SIGN: Final = "have the checkpoint signed"

FORWARDING: Final = "forwarding.json"
"""In the run folder: how far each destination is, and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faring:
    """``told`` is the collector's, ``intake`` and ``vouching`` what those processes tell.

    ``age`` is in seconds since the collector told it, ``signed`` since the newest checkpoint.
    """

    told: Told | None
    age: float | None
    signed: float | None
    intake: Mapping[str, Any] | None = None
    intake_runs: bool = False
    vouching: Mapping[str, Any] = field(default_factory=dict)
    vouching_runs: bool = False
    forwarding: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_fresh(self) -> bool:
        """Whether the collector tells how it is now."""
        return self.age is not None and self.age < _FRESH_S

    def alarms(self) -> Iterator[str]:
        """What keeps the log from being written or proven now, a sentence each."""
        if self.told is None or self.age is None:
            return
        told = self.told
        if self.age > _STOPPED_S:
            at = f"{datetime.fromtimestamp(told.at, UTC):%Y-%m-%d %H:%M:%S}"
            yield f"the collector has told nothing since {at} UTC: events wait in their spools"
            return
        for why in dict.fromkeys(told.trouble.values()):
            what = [one for one, other in told.trouble.items() if other == why]
            yield f"the log cannot {' or '.join(what)}: {why}"
        if told.behind > MUCH:
            yield f"the collector is behind by {told.behind / 1e6:,.0f} MB of events"
        late = told.accepted - told.proven
        is_told = _SIGN in told.trouble
        if late and not is_told and self.signed is not None and self.signed > _LATE_S:
            yield f"{late:,} events wait for a checkpoint for more than {_LATE_S:.0f} s"

    def troubles_outside(self) -> Iterator[str]:
        """What is wrong with who sends to the log, and with who vouches for it."""
        if self.intake is not None:
            yield from self._troubles_of_intake(self.intake)
        for name, one in self.forwarding.get("to", {}).items():
            if one.get("trouble"):
                yield f"{name} gets no events since {one['next']}: {one['trouble']}"
        if not self.vouching_runs:
            if self.vouching.get("witnesses") or self.vouching.get("anchors"):
                yield "witnesses and anchors are not asked at present"
            return
        for kind, whom in (("witness", "witnesses"), ("anchor", "anchors")):
            for one in self.vouching.get(whom, ()):
                if one.get("trouble"):
                    yield f"{kind} {one['name']}: {one['trouble']}"

    def _troubles_of_intake(self, intake: Mapping[str, Any]) -> Iterator[str]:
        if not self.intake_runs:
            yield "the intake does not run: services keep their events"
            return
        if not intake["taking"]:
            yield f"the intake takes nothing: {intake['pressure']}"
        for about, why in intake["troubles"].items():
            yield f"the intake, {about}: {why}"


def faring(places: Places) -> Faring:
    """How it stands now."""
    told, now = read_told(places.told), time.time()
    intake = told_at(places.intake_told)
    vouching = _vouching(places)
    return Faring(
        told=told,
        age=None if told is None else now - told.at,
        signed=_age(places, now),
        intake=None if intake is None else intake[0],
        intake_runs=intake is not None and intake[1],
        vouching=vouching,
        vouching_runs=_asked_lately(vouching, now),
        forwarding=_forwarding(places),
    )


def _forwarding(places: Places) -> dict[str, Any]:
    """How far events were passed on, where they are."""
    try:
        found = json.loads((places.run / FORWARDING).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _vouching(places: Places) -> dict[str, Any]:
    try:
        found = json.loads(places.vouching_told.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _asked_lately(vouching: Mapping[str, Any], now: float) -> bool:
    try:
        return now - datetime.fromisoformat(vouching["time"]).timestamp() < _ASKED_S
    except (KeyError, ValueError, TypeError):
        return False


def _age(places: Places, now: float) -> float | None:
    try:
        return max(0.0, now - (places.tree / CHECKPOINT).stat().st_mtime)
    except FileNotFoundError:
        return None
