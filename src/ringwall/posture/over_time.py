"""A framework over time, in one account or in several together. Pure.

Of several accounts each counts, at every moment, as it was scanned last before it.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ringwall.posture.frameworks.history import Point

MOST: Final = 300
"""Moments that are kept at least, where there were as many."""
RECENT: Final = 50
"""Scans of which each is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """After one scan: verdicts of all ``accounts`` by then, and how many ``checks`` looked.

    ``partial`` says that something could not be read in any of them.
    """

    at: datetime
    accounts: int
    checks: int
    partial: bool
    failed: int
    unsure: int
    passed: int

    @property
    def share(self) -> float | None:
        """The part of verdicts that pass; what is unknown counts as not passing."""
        judged = self.failed + self.unsure + self.passed
        return self.passed / judged if judged else None


class Course:
    """A framework as scan follows scan; it stays small however many there were.

    ``moments`` are all of them, or from a number on some, evenly over the time; ``recent`` are the
    last scans, and ``scans`` says how many there were.
    """

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.recent: deque[Point] = deque(maxlen=RECENT)
        self.scans = 0
        self._last: dict[str, Point] = {}
        self._most = 0
        self._partial = self._failed = self._unsure = self._passed = 0

    def add(self, point: Point) -> None:
        """The next scan, of any account."""
        before = self._last.get(point.account)
        self._last[point.account] = point
        self.recent.append(point)
        self.scans += 1
        self._count(point, 1)
        if before is not None:
            self._count(before, -1)
        if self.moments and self.moments[-1].at == point.at:
            self.moments.pop()
        elif len(self.moments) == 2 * MOST:
            self.moments = thinned(self.moments, MOST)
        moment = Moment(
            at=point.at,
            accounts=len(self._last),
            checks=self._checks(point, before),
            partial=self._partial > 0,
            failed=self._failed,
            unsure=self._unsure,
            passed=self._passed,
        )
        self.moments.append(moment)

    def _count(self, point: Point, sign: int) -> None:
        self._partial += sign * point.partial
        self._failed += sign * point.failed
        self._unsure += sign * point.unsure
        self._passed += sign * point.passed

    def _checks(self, point: Point, before: Point | None) -> int:
        """The most that looked in any account; it is known unless it was this one's, and fell."""
        known = self._most
        if before is not None and before.checks == known and point.checks < known:
            self._most = max(one.checks for one in self._last.values())
        else:
            self._most = max(known, point.checks)
        return self._most


def courses(points: Iterable[Point]) -> dict[str, Course]:
    """By framework; ``points`` are in order of time."""
    found: dict[str, Course] = {}
    for point in points:
        found.setdefault(point.framework, Course()).add(point)
    return found


def thinned(moments: Sequence[Moment], most: int) -> list[Moment]:
    """At most so many: the last of each stretch of equal length, and always the very last."""
    if len(moments) <= most:
        return list(moments)
    begin = moments[0].at
    stretch = (moments[-1].at - begin) / most
    kept: dict[int, Moment] = {}
    for one in moments:
        number = int((one.at - begin) / stretch) if stretch else 0
        kept[min(number, most - 1)] = one
    return list(kept.values())
