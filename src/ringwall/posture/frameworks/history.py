"""How frameworks stood over time: a few figures for each scan, and nothing of its components.

A score may change because more checks look, not because anything was mended: how many looked is
kept with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.core.components import Found
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.frameworks.catalogue import frameworks
from ringwall.posture.frameworks.clocks import SKEW, put_right
from ringwall.posture.frameworks.coverage import Coverage, Standing, coverage
from ringwall.posture.frameworks.grouping import NOBODY, coverage_by, owner_of
from ringwall.posture.judging import Judged
from ringwall.posture.reports.report import Part

_LONGEST: Final = 2000
"""Points that are kept of one scope and framework: five years of a scan a day."""
_OWNERS: Final = 20
"""Owners of one scope that are kept, those with the most verdicts."""
_DAYS: Final = 400
"""Points that are kept of one scope, framework and owner: one a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A framework in one scope after one scan. Counts of controls, then counts of verdicts.

    ``account`` is the scope: an account's number, ``code NAME``, or ``ringwall``.
    """

    at: datetime
    account: str
    framework: str
    version: str
    checks: int
    """How many checks looked at any of its controls."""
    partial: bool
    """Whether something could not be read."""
    controls: int
    failing: int
    unknown: int
    passing: int
    not_judged: int
    failed: int
    unsure: int
    passed: int
    checks_judged: int | None = None
    """How many of ``checks`` judged anything; ``None`` of what was kept before that was counted."""
    checks_passed: int | None = None
    """Of how many of these all that was judged passes."""
    owner: str = ""
    """Whose components these are; ``""``: everybody's."""

    @property
    def checked(self) -> int:
        """Controls that any check looks at."""
        return self.failing + self.unknown + self.passing + self.not_judged

    @property
    def score(self) -> float | None:
        """As of :class:`~ringwall.posture.frameworks.coverage.Coverage`."""
        judged = self.failed + self.unsure + self.passed
        return self.passed / judged if judged else None

    @property
    def share_of_checks(self) -> float | None:
        """The part of checks that pass, of those that judged anything, where it is known."""
        if not self.checks_judged or self.checks_passed is None:
            return None
        return self.checks_passed / self.checks_judged


def point_of(
    found: Coverage, *, at: datetime, account: str, partial: bool, owner: str = ""
) -> Point:
    """What is kept of how a framework stands."""
    counts, of_checks = found.counts, found.of_checks
    return Point(
        at=at,
        account=account,
        framework=found.framework.id,
        version=found.framework.version,
        checks=len({name for one in found.controls for name in one.checks}),
        partial=partial,
        controls=len(found.controls),
        failing=counts[Standing.FAILING],
        unknown=counts[Standing.UNKNOWN],
        passing=counts[Standing.PASSING],
        not_judged=counts[Standing.NOT_JUDGED],
        failed=sum(one.failed for one in found.controls),
        unsure=sum(one.unknown for one in found.controls),
        passed=sum(one.passed for one in found.controls),
        checks_judged=sum(of_checks.values()) - of_checks[Standing.NOT_JUDGED],
        checks_passed=of_checks[Standing.PASSING],
        owner=owner,
    )


def points_of(
    account: str,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    at: datetime,
    partial: bool,
    unread: Iterable[str] = (),
) -> list[Point]:
    """A point for each of Ringwall's own frameworks, after one scan of a scope.

    ``unread`` are checks that could not look: nothing that they support passes by the others.
    """
    mapped = [(one.id, one.check.controls) for one in checks]
    verdicts = [(one.check, one.verdict.outcome) for one in judged]
    verdicts += [(one, Outcome.UNKNOWN) for one in unread]
    return [
        point_of(coverage(one, mapped, verdicts), at=at, account=account, partial=partial)
        for one in frameworks().values()
    ]


def points_by_owner(
    part: Part, *, at: datetime, partial: bool, whose: Callable[[Found], str] = owner_of
) -> list[Point]:
    """The same for each owner who is named, where any is: of those with the most verdicts."""
    mapped = [(one.id, one.check.controls) for one in part.checks]
    verdicts = []
    for one in part.judged:
        seen = part.snapshot.get(one.component)
        if seen is not None:
            verdicts.append((one.check, one.verdict.outcome, seen.found))
    known = {found.id: whose(found) for _, _, found in verdicts}
    owners = Counter(known[found.id] for _, _, found in verdicts)
    kept = {owner for owner, _ in owners.most_common(_OWNERS)}
    if not kept - {NOBODY}:
        return []
    of_them = [one for one in verdicts if known[one[2].id] in kept]
    return [
        point_of(found, at=at, account=part.scope, partial=partial, owner=owner)
        for framework in frameworks().values()
        for owner, found in coverage_by(
            framework, mapped, of_them, lambda one: known[one.id], everywhere=part.unread
        ).items()
        if found.checked
    ]


def continued_daily(before: Iterable[Point], more: Iterable[Point]) -> list[Point]:
    """Both, with the last point of each day alone, of an owner and framework."""
    found = {
        (one.owner, one.framework, one.at.date()): one
        for one in sorted((*before, *more), key=lambda one: one.at)
    }
    several: dict[tuple[str, str], list[Point]] = {}
    for key in sorted(found):
        several.setdefault(key[:2], []).append(found[key])
    return [one for points in several.values() for one in points[-_DAYS:]]


def set_right(before: Iterable[Point], more: Sequence[Point], *, now: datetime) -> list[Point]:
    """Of what was told ``before``, as it stands beside ``more`` that is told ``now``.

    A point of a time that is to come is of a clock that was ahead, and so is one of the same scope
    and framework that claims to be later than what is told after it: each is put just before that.
    Else it would be the newest until its time has come, and what is told now would not count.
    """
    newest: dict[tuple[str, str, str], datetime] = {}
    for one in more:
        newest[_of_what(one)] = max(newest.get(_of_what(one), one.at), one.at)
    latest = now + SKEW
    several = [(one, one.at > newest.get(_of_what(one), latest)) for one in before]
    first = min((one.at for one in more), default=now)
    right = put_right((one.at for one, is_ahead in several if is_ahead), before=first)
    return [replace(one, at=right[one.at]) if is_ahead else one for one, is_ahead in several]


def _of_what(one: Point) -> tuple[str, str, str]:
    return one.account, one.framework, one.owner


def says_the_same(one: Point, other: Point) -> bool:
    """Whether two points differ in their time alone."""
    return replace(one, at=other.at) == other


def continued(before: Iterable[Point], more: Iterable[Point]) -> list[Point]:
    """Both, in order of time, the oldest of an account and framework left out where it gets long.

    A scan that is told again takes the place of what was told of it.
    """
    found = {(one.at, one.account, one.framework): one for one in (*before, *more)}
    several: dict[tuple[str, str], list[Point]] = {}
    for key in sorted(found):
        several.setdefault(key[1:], []).append(found[key])
    kept = [one for points in several.values() for one in points[-_LONGEST:]]
    return sorted(kept, key=lambda one: (one.at, one.account, one.framework))


def lines_of(points: Iterable[Point]) -> Iterator[bytes]:
    """A line of JSON for each."""
    for one in points:
        told = asdict(one)
        if not one.owner:
            del told["owner"]
        yield orjson.dumps(told) + b"\n"


def read_point(line: bytes) -> Point:
    """The point of a line; ``ValueError`` where it is none."""
    told: Any = orjson.loads(line)
    try:
        return Point(**{**told, "at": datetime.fromisoformat(told["at"])})
    except (TypeError, KeyError) as error:
        msg = f"it is no point of history: {error}"
        raise ValueError(msg) from error
