"""What all forms are made of: the verdicts of one or several scopes at one time.

A scope is an account by its number, a code base as ``code NAME``, or ``ringwall``: what a component
of a report has as its ``account``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ringwall.core.components import Found
from ringwall.core.findings import Finding
from ringwall.core.observations import Fact, Place, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.code.reading import Remark
from ringwall.posture.frameworks.catalogue import Framework, supporters
from ringwall.posture.frameworks.coverage import Counts, Coverage, counted, coverage_of
from ringwall.posture.judging import Judged
from ringwall.posture.lending import left_out
from ringwall.posture.snapshot.snapshot import CONTROLS, Scope, Snapshot

SOURCE: Final = "ringwall/posture"
CONTROL_POLICIES: Final = f"aws-account.{CONTROLS}"
"""What checks read that decide by an organisation's control policies, too."""


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
            references=self.check.references,
            controls=self.check.check.controls,
        )


Values = Callable[[Row], Mapping[tuple[str, str], str]]
"""What decided a verdict, by component and aspect, as texts that may be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A scope as it was judged: by which checks, when it was read, and what was broken in it."""

    scope: str
    read: datetime
    snapshot: Snapshot
    judged: tuple[Judged, ...]
    checks: tuple[KnownCheck, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """Checks that judged nothing, since what they judge could not be listed, or was not."""
        spoke = {one.check for one in self.judged}
        return tuple(
            one.id
            for one in self.checks
            if one.id not in spoke and not self.snapshot.is_listed(one.check.judges)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Which checks looked at a scope, which of them could not, and what came out."""

    checks: tuple[KnownCheck, ...]
    unread: tuple[str, ...]
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Verdicts, worst first; what could not be listed; and checks that had nothing to judge.

    ``read`` is when each scope was read; ``made`` is when this was made of it.
    """

    made: datetime
    read: Mapping[str, datetime]
    looked: Mapping[str, Looked]
    rows: tuple[Row, ...]
    unlisted: tuple[tuple[Scope, str], ...] = ()
    silent: tuple[KnownCheck, ...] = ()
    checks: tuple[KnownCheck, ...] = ()
    remarks: tuple[Remark, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """Accounts of which no control policies count, each with why."""

    def left_out_of(self, row: Row) -> str:
        """Why control policies do not count in a verdict that would read them; empty if they do."""
        if CONTROL_POLICIES not in row.check.check.reads:
            return ""
        return dict(self.left_out).get(row.found.account, "")

    def of(self, outcome: Outcome) -> list[Row]:
        """The rows with this outcome."""
        return [row for row in self.rows if row.outcome is outcome]

    @property
    def mapped(self) -> list[tuple[str, tuple[str, ...]]]:
        """The checks with their controls, as a framework's coverage takes them."""
        return [(one.id, one.check.controls) for one in self.checks]

    @property
    def unread(self) -> Iterator[tuple[str, Outcome]]:
        """A check that could not look at a scope is unknown there: nothing passes by the others."""
        for one in self.looked.values():
            for check in one.unread:
                yield check, Outcome.UNKNOWN

    @property
    def verdicts(self) -> Iterator[tuple[str, Outcome]]:
        """What a framework's coverage counts."""
        yield from self.unread
        for row in self.rows:
            yield row.check.id, row.outcome

    def coverage_in(self, framework: Framework, scope: str) -> Coverage:
        """How a framework stands in one scope, by the checks that can look at it."""
        looked = self.looked[scope]
        mapped = ((one.id, one.check.controls) for one in looked.checks)
        return coverage_of(framework, supporters(framework, mapped), looked.counts)


def report_of(parts: Iterable[Part], *, made: datetime) -> Report:
    """A report of all these scopes."""
    several = list(parts)
    known = {one.id: one for part in several for one in part.checks}
    rows: list[Row] = []
    unlisted: list[tuple[Scope, str]] = []
    for part in several:
        for one in part.judged:
            seen = part.snapshot.get(one.component)
            if seen is not None:
                row = Row(check=known[one.check], judged=one, found=seen.found, place=seen.place)
                rows.append(row)
        unlisted += [
            (scope, told.why or told.state.value)
            for scope, told in part.snapshot.all_listings()
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
        read={one.scope: one.read for one in several},
        looked=_looked(several),
        rows=tuple(rows),
        unlisted=tuple(sorted(unlisted, key=lambda one: one[0])),
        silent=tuple(one for name, one in sorted(known.items()) if name not in spoke),
        checks=tuple(known[name] for name in sorted(known)),
        remarks=tuple(remark for one in several for remark in one.remarks),
        left_out=tuple(_left_out(several)),
    )


def _left_out(several: Iterable[Part]) -> Iterator[tuple[str, str]]:
    for scope, snapshot in {one.scope: one.snapshot for one in several}.items():
        if why := left_out(snapshot, scope):
            yield scope, why


def _looked(several: Iterable[Part]) -> dict[str, Looked]:
    """By scope, of which there may be several parts."""
    parts: dict[str, list[Part]] = {}
    for part in several:
        parts.setdefault(part.scope, []).append(part)
    found = {}
    for scope, mine in parts.items():
        unread = tuple(name for part in mine for name in part.unread)
        verdicts = [(one.check, one.verdict.outcome) for part in mine for one in part.judged]
        found[scope] = Looked(
            checks=tuple(check for part in mine for check in part.checks),
            unread=unread,
            counts=counted([*verdicts, *((name, Outcome.UNKNOWN) for name in unread)]),
        )
    return found


def said(fact: Fact) -> str:
    """A fact in words: what was read, by which call, when, and what became of it."""
    when = "" if fact.at is None else f" at {fact.at:%Y-%m-%d %H:%M:%S} UTC"
    by = f" by {fact.api}" if fact.api else ""
    became = {State.KNOWN: "read", State.ABSENT: "there is none", State.DENIED: "denied"}
    told = became.get(fact.state, "failed")
    return f"{fact.aspect} of {fact.component}{by}{when}: {told}"
