"""What is shown of an account: how many verdicts of each check, and what fails or is unknown. Pure.

Passes are counted and not named, so that a summary stays small however large the account is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ringwall.core.findings import Finding, Severity
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.frameworks.catalogue import Framework
from ringwall.posture.frameworks.coverage import Coverage, coverage
from ringwall.posture.frameworks.history import Point
from ringwall.posture.judging import Judged
from ringwall.posture.reports.report import Row
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
    """An account as it was read last, judged by the checks as they are now.

    ``unread`` are checks that judged nothing since their kind could not be listed, or was not;
    ``empty`` those whose kind was listed, and of which there is nothing to judge. ``unlisted`` says
    what could not be listed, and why.
    """

    account: str
    read: datetime
    gaps: int
    counts: Mapping[str, Mapping[Outcome, int]]
    said: Mapping[str, Sequence[Said]]
    unread: frozenset[str]
    empty: frozenset[str]
    unlisted: Sequence[tuple[str, str]]

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


def summary_of(
    snapshot: Snapshot,
    judged: Iterable[Judged],
    checks: Sequence[KnownCheck],
    *,
    account: str,
    read: datetime,
    gaps: int,
) -> Summary:
    """The summary of one account."""
    known = {one.id: one for one in checks}
    counts: dict[str, Counter[Outcome]] = {}
    said: dict[str, list[Said]] = {}
    for one in judged:
        counts.setdefault(one.check, Counter())[one.verdict.outcome] += 1
        several = said.setdefault(one.check, [])
        if one.verdict.outcome is not Outcome.PASS:
            several.append(_said(snapshot, one, known[one.check], read))
    order = list(Outcome)
    for name, several in said.items():
        several.sort(key=lambda s: (order.index(s.outcome), -s.severity.number, s.component))
        said[name] = _few(several)
    silent = [one for one in checks if one.id not in counts]
    unread = {one.id for one in silent if not _is_listed(snapshot, one.check.judges)}
    return Summary(
        account=account,
        read=read,
        gaps=gaps,
        counts=counts,
        said=said,
        unread=frozenset(unread),
        empty=frozenset(one.id for one in silent) - unread,
        unlisted=sorted(
            (f"{scope.kind} in {scope.region or 'all regions'}", told.why or told.state.value)
            for scope, told in snapshot.all_listings()
            if not told.is_told
        ),
    )


def verdicts(several: Iterable[Summary]) -> Iterator[tuple[str, Outcome]]:
    """Pairs of a check and an outcome, one for each verdict.

    A check that could not look is unknown once: nothing that it supports passes by others.
    """
    for summary in several:
        for check in sorted(summary.unread):
            yield check, Outcome.UNKNOWN
        for check, counts in summary.counts.items():
            for outcome, count in counts.items():
                for _ in range(count):
                    yield check, outcome


def stands(framework: Framework, mapped: Mapped, several: Iterable[Summary]) -> Coverage:
    """How a framework stands in these accounts together."""
    return coverage(framework, mapped.get(framework.id, ()), verdicts(several))


def mapped_by(checks: Iterable[KnownCheck]) -> Mapped:
    """The checks that speak of each framework, with what they say of it."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in checks:
        for control in one.check.controls:
            about = found.setdefault(control.partition(" ")[0], {})
            about.setdefault(one.id, []).append(control)
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


def _few(several: Sequence[Said]) -> list[Said]:
    """The first of those that fail, and of those that are unknown."""
    failing = [one for one in several if one.outcome is Outcome.FAIL]
    unknown = [one for one in several if one.outcome is not Outcome.FAIL]
    return failing[:MOST] + unknown[:MOST]


def _is_listed(snapshot: Snapshot, kind: str) -> bool:
    listings = [told for _, told in snapshot.listings(kind)]
    return bool(listings) and all(told.is_told for told in listings)
