"""The queue's front door: take in what was found, say what is done about it, look at it.

What somebody does about a finding is in :mod:`ringwall.findings.moving`, what becomes of it by
itself in :mod:`ringwall.findings.upkeep`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from ringwall.core.findings import Finding
from ringwall.findings import store, taking
from ringwall.findings.config import Findings
from ringwall.findings.keeping import standing_of
from ringwall.findings.models import Sighting, Step
from ringwall.findings.moving import assign, comment, move
from ringwall.findings.ranking import Categories, Exploit, NothingKnown
from ringwall.findings.standing import Standing, Taken
from ringwall.findings.store import NoSuchFindingError, Wanted
from ringwall.findings.taking import Judged, all_judged, nothing_judged
from ringwall.findings.upkeep import end_excuses, rerank, tell_overdue

__all__ = [
    "Judged",
    "NoSuchFindingError",
    "Taken",
    "Wanted",
    "all_judged",
    "assign",
    "comment",
    "count",
    "end_excuses",
    "find",
    "history",
    "move",
    "nothing_judged",
    "rerank",
    "since",
    "standings",
    "take",
    "tell_overdue",
]

_NOTHING_KNOWN: Final = NothingKnown()
_USUAL: Final = Findings()


def take(
    findings: Iterable[Finding],
    *,
    source: str,
    scope: str,
    judged: Judged,
    looked: Judged = nothing_judged,
    categories: Categories = _NOTHING_KNOWN,
    rules: Findings = _USUAL,
    exploits: Mapping[str, Exploit] | None = None,
    at: datetime | None = None,
) -> Taken:
    """Take in what one run of ``source`` found in ``scope``; what became of the queue.

    ``source`` is ``ringwall/<what>`` for our own checks, else the scanner's name, and that of every
    finding; ``scope`` names what the run is about and is the same at its next (an account, a file).
    ``judged`` is asked about what the source saw in this scope before and does not tell of now.
    ``looked`` is asked about what it never saw and somebody says is fixed: what it judged by name.
    ``exploits`` is by uid; ``at`` is when it was judged, else when the last was seen.
    """
    return taking.take(
        findings,
        source=source,
        scope=scope,
        judged=judged,
        looked=looked,
        categories=categories,
        rules=rules,
        exploits=exploits or {},
        at=at,
    )


def standings(wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> Iterator[Standing]:
    """Findings, the most urgent first."""
    rows = store.wanted_rows(wanted)
    if limit is not None:
        rows = rows[offset : offset + limit]
    for row in rows.iterator(chunk_size=2000):
        yield standing_of(row)


def count(wanted: Wanted) -> int:
    """How many there are."""
    return store.wanted_rows(wanted).count()


def find(uid: str) -> Standing:
    """One finding, by its uid or the beginning of it; else :class:`NoSuchFindingError`."""
    return standing_of(store.row_of(uid))


def accounts(uids: Iterable[str]) -> dict[str, str]:
    """The accounts of AWS in which findings were seen, by uid: of those that were seen in one."""
    return store.scopes(uids, r"^[0-9]{12}$")


def history(uid: str) -> tuple[list[Step], list[Sighting]]:
    """What became of a finding, oldest first, and who saw it."""
    row = store.row_of(uid)
    return list(row.steps.order_by("at", "id")), list(row.sightings.order_by("source", "scope"))


def since(source: str, scope: str, at: datetime) -> tuple[int, int]:
    """How many findings a source has that are new in a scope since then, and how many fixed."""
    return store.since(source, scope, at)
