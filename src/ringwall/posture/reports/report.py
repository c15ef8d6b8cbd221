"""What all forms are made of: the verdicts of one or several accounts at one time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ringwall.core.components import Found
from ringwall.core.findings import Finding
from ringwall.core.observations import Fact, Place, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.judging import Judged
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

SOURCE: Final = "ringwall/posture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One verdict with its check and its component."""

    check: KnownCheck
    judged: Judged
    found: Found
    place: Place | None = None

    @property
    def outcome(self) -> Outcome:
        """What came out."""
        return self.judged.verdict.outcome

    def finding(self, seen: datetime) -> Finding:
        """The finding, where it fails."""
        verdict = self.judged.verdict
        return Finding(
            source=SOURCE,
            weakness=self.check.id,
            component=self.judged.component,
            title=self.check.title,
            message=verdict.why,
            severity=self.judged.severity,
            fix=self.check.fix,
            seen=seen,
            facts=verdict.facts,
            evidence=tuple(map(said, verdict.facts)),
            place=self.place,
            references=self.check.check.references,
            controls=self.check.check.controls,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Verdicts, worst first; what could not be listed; and checks that had nothing to judge.

    ``read`` is when each account was read; ``made`` is when this was made of it.
    """

    made: datetime
    read: Mapping[str, datetime]
    rows: tuple[Row, ...]
    unlisted: tuple[tuple[Scope, str], ...] = ()
    silent: tuple[KnownCheck, ...] = ()
    checks: tuple[KnownCheck, ...] = field(default=())

    def of(self, outcome: Outcome) -> list[Row]:
        """The rows with this outcome."""
        return [row for row in self.rows if row.outcome is outcome]


def report_of(
    several: Iterable[tuple[Snapshot, Iterable[Judged]]],
    checks: Iterable[KnownCheck],
    *,
    made: datetime,
    read: Mapping[str, datetime],
) -> Report:
    """A report of snapshots with what was judged of each."""
    known = {one.id: one for one in checks}
    rows: list[Row] = []
    unlisted: list[tuple[Scope, str]] = []
    for snapshot, judged in several:
        for one in judged:
            seen = snapshot.get(one.component)
            if seen is not None:
                row = Row(check=known[one.check], judged=one, found=seen.found, place=seen.place)
                rows.append(row)
        unlisted += [
            (scope, told.why or told.state.value)
            for scope, told in snapshot.all_listings()
            if not told.is_told
        ]
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    rows.sort(
        key=lambda row: (
            order.index(row.outcome),
            -row.judged.severity.number,
            row.check.id,
            row.judged.component,
        )
    )
    spoke = {row.check.id for row in rows}
    return Report(
        made=made,
        read=dict(read),
        rows=tuple(rows),
        unlisted=tuple(sorted(unlisted, key=lambda one: one[0])),
        silent=tuple(one for name, one in sorted(known.items()) if name not in spoke),
        checks=tuple(known[name] for name in sorted(known)),
    )


def said(fact: Fact) -> str:
    """A fact in words: what was read, by which call, when, and what became of it."""
    when = "" if fact.at is None else f" at {fact.at:%Y-%m-%d %H:%M:%S} UTC"
    by = f" by {fact.api}" if fact.api else ""
    became = {State.KNOWN: "read", State.ABSENT: "there is none", State.DENIED: "denied"}
    told = became.get(fact.state, "failed")
    return f"{fact.aspect} of {fact.component}{by}{when}: {told}"
