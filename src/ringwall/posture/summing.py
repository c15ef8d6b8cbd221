"""What is shown of an account: how many verdicts of each check, and what fails or is unknown. Pure.

Passes are counted and not named, so that a summary stays small however large the account is.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Final

from ringwall.core.findings import Finding, Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.frameworks.catalogue import Framework, supporters
from ringwall.posture.frameworks.coverage import Counts, Coverage, coverage_of
from ringwall.posture.frameworks.history import Point
from ringwall.posture.judging import Judged
from ringwall.posture.lending import left_out
from ringwall.posture.reports.report import Row
from ringwall.posture.snapshot.reasons import Untold, reasons_of
from ringwall.posture.snapshot.snapshot import Snapshot

Mapped = Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]
"""By framework: pairs of a check and the controls of that framework that it supports."""

MOST: Final = 200
"""Components of one check and account that are named; how many there are is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a check says of one component that it does not pass. ``uid`` is the finding's."""

    check: str
    component: str
    label: str
    account: str
    region: str
    outcome: Outcome
    severity: Severity
    why: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """An account as it was read last, judged by all checks of clouds.

    ``unread`` are checks that judged nothing since their kind could not be listed, or was not;
    ``empty`` those whose kind was listed, and of which there is nothing to judge. ``unlisted`` says
    what could not be listed, and why.
    """

    account: str
    read: datetime
    gaps: int
    counts: Mapping[str, Mapping[Outcome, int]]
    unread: frozenset[str]
    empty: frozenset[str]
    unlisted: Sequence[tuple[str, str]]
    left_out: str = ""
    """Why its organisation's control policies do not count in its verdicts; empty if they do."""

    @property
    def is_whole(self) -> bool:
        """Whether all that a scan asked was answered, and every check had its kind to look at."""
        return not (self.gaps or self.unlisted or self.unread)

    @property
    def total(self) -> Mapping[Outcome, int]:
        """Verdicts of all checks."""
        found: Counter[Outcome] = Counter()
        for counts in self.counts.values():
            found.update(counts)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """A summary, and by check what is said of the first components that it does not pass."""

    summary: Summary
    said: Mapping[str, Sequence[Said]]


def summed(
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Sequence[KnownCheck],
    *,
    account: str,
    read: datetime,
    gaps: int,
    before: Summed | None = None,
    changed: Container[str] | None = None,
) -> Summed:
    """One account. ``judged`` may also be of other checks than these, which do not count.

    With ``before`` all but the checks that are ``changed`` are as they were then.
    """
    known = {one.id: one for one in checks}
    counts: dict[str, Counter[Outcome]] = {}
    wrong: dict[str, list[Judged]] = {}
    for one in judged:
        name = one.check
        if name not in known or (changed is not None and name not in changed):
            continue
        counts.setdefault(name, Counter())[one.verdict.outcome] += 1
        if one.verdict.outcome is not Outcome.PASS:
            wrong.setdefault(name, []).append(one)
    said = {
        name: [_said(snapshot, one, known[name], read) for one in _few(several)]
        for name, several in wrong.items()
    }
    all_counts: dict[str, Mapping[Outcome, int]] = dict(counts)
    if before is not None and changed is not None:
        same = {n: c for n, c in before.summary.counts.items() if n not in changed}
        all_counts = same | all_counts
        said = {n: list(s) for n, s in before.said.items() if n not in changed} | said
    unread, empty = _silent(snapshot, [one for one in checks if one.id not in all_counts])
    summary = Summary(
        account=account,
        read=read,
        gaps=gaps,
        counts=all_counts,
        unread=unread,
        empty=empty,
        unlisted=_unlisted(snapshot),
        left_out=left_out(snapshot, account),
    )
    return Summed(summary=summary, said=said)


def _unlisted(snapshot: Snapshot) -> list[tuple[str, str]]:
    """What could not be listed, and where; once for each reason, which may close many regions."""
    told = (
        Untold(scope.kind, scope.region, said.why or said.state.value)
        for scope, said in sorted(snapshot.all_listings(), key=lambda one: one[0])
        if not said.is_told
    )
    return [
        (f"{', '.join(one.names)} {one.where or 'in all regions'}", one.why)
        for one in reasons_of(told)
    ]


def counted(several: Iterable[Summary]) -> Counts:
    """How many verdicts of each check these come to together.

    A check that could not look is unknown once in each: nothing that it supports passes by others.
    """
    found: dict[str, Counter[Outcome]] = {}
    for summary in several:
        for check in summary.unread:
            found.setdefault(check, Counter())[Outcome.UNKNOWN] += 1
        for check, counts in summary.counts.items():
            found.setdefault(check, Counter()).update(counts)
    return found


def stands(framework: Framework, mapped: Mapped, several: Iterable[Summary]) -> Coverage:
    """How a framework stands in these accounts together."""
    supported = supporters(framework, mapped.get(framework.id, ()))
    return coverage_of(framework, supported, counted(several))


def mapped_by(controls: Iterable[tuple[str, Iterable[str]]]) -> Mapped:
    """The checks that speak of each framework: of pairs of a check and its ``controls``."""
    found: dict[str, dict[str, list[str]]] = {}
    for check, several in controls:
        for control in several:
            about = found.setdefault(control.partition(" ")[0], {})
            about.setdefault(check, []).append(control)
    return {name: [(c, tuple(said)) for c, said in of.items()] for name, of in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A framework in one account after the last scan of all checks, and after the one before."""

    now: Point
    before: Point | None


def changes(points: Iterable[Point]) -> list[Change]:
    """The last two points of each account and framework; ``points`` are in order of time."""
    several: dict[tuple[str, str], list[Point]] = {}
    for point in points:
        several.setdefault((point.account, point.framework), []).append(point)
    return [
        Change(now=found[-1], before=found[-2] if len(found) > 1 else None)
        for _, found in sorted(several.items())
    ]


def _said(snapshot: Snapshot, one: Judged, check: KnownCheck, read: datetime) -> Said:
    seen = snapshot.get(one.component)
    uid, label, account, region = "", one.component, "", ""
    if seen is not None:
        found = seen.found
        label, account, region = found.label, found.account, found.region
        if one.verdict.outcome is Outcome.FAIL:
            finding: Finding = Row(check=check, judged=one, found=found).finding(read)
            uid = finding.uid
    return Said(
        check=one.check,
        component=one.component,
        label=label,
        account=account,
        region=region,
        outcome=one.verdict.outcome,
        severity=one.severity,
        why=one.verdict.why,
        uid=uid,
    )


def _few(several: Iterable[Judged]) -> list[Judged]:
    """The first of those that fail, and of those that are unknown: the worst, then by name."""
    failing: list[Judged] = []
    unknown: list[Judged] = []
    for one in several:
        (failing if one.verdict.outcome is Outcome.FAIL else unknown).append(one)
    return [*nsmallest(MOST, failing, key=_worst), *nsmallest(MOST, unknown, key=_worst)]


def _worst(one: Judged) -> tuple[int, str]:
    return -one.severity.number, one.component


def _silent(
    snapshot: Snapshot, checks: Iterable[KnownCheck]
) -> tuple[frozenset[str], frozenset[str]]:
    """Of checks that judged nothing those that could not look, and those that had nothing to."""
    told: dict[str, bool] = {}
    for scope, listing in snapshot.all_listings():
        told[scope.kind] = told.get(scope.kind, True) and listing.is_told
    unread: set[str] = set()
    empty: set[str] = set()
    for one in checks:
        (empty if told.get(one.check.judges, False) else unread).add(one.id)
    return frozenset(unread), frozenset(empty)
