"""Read Ringwall itself: what every module tells of its own, by discovery of ``aspects``."""

from collections.abc import Iterable
from datetime import UTC, datetime
from types import ModuleType
from typing import Final

from ringwall.core.observations import Observation, State
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation

OWN: Final = "ringwall-"
"""How the kinds of what is Ringwall's own begin, and the ids of their checks."""
ACCOUNT: Final = ""
"""What is Ringwall's own is in no account."""


def read_itself(
    installation: Installation, several: Iterable[ModuleType] | None = None
) -> Snapshot:
    """What there is of Ringwall; kinds that a module could not tell are not known."""
    snapshot = Snapshot()
    for module in modules("aspects") if several is None else several:
        told = Observation(State.KNOWN, None, module.__name__, datetime.now(UTC))
        try:
            for one in module.aspects(installation):
                seen = snapshot.add(one.found, place=one.place)
                seen.aspects.update(one.aspects)
                seen.aspects.setdefault(LISTED, told)
        except Exception as error:  # noqa: BLE001 - the others can be judged all the same
            why = f"{type(error).__name__}: {error}"
            told = Observation(State.ERROR, None, module.__name__, told.at, why)
        for kind in module.KINDS:
            snapshot.note_listing(Scope(kind, ACCOUNT), told)
    return snapshot


def judged_itself(
    installation: Installation, checks: Iterable[KnownCheck] | None = None
) -> tuple[Snapshot, list[Judged], list[KnownCheck]]:
    """Ringwall as it is, what checks say of it, and which; without ``checks`` all of its own."""
    several = own_checks(("ringwall",)) if checks is None else checks
    mine = [one for one in several if one.check.judges.startswith(OWN)]
    snapshot = read_itself(installation)
    return snapshot, list(judge_all(snapshot, mine)), mine
