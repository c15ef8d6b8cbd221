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

    def add(self, point: Point) -> None:
        """The next scan, of any account."""
        self._last[point.account] = point
        self.recent.append(point)
        self.scans += 1
        if len(self.moments) == 2 * MOST:
            self.moments = thinned(self.moments, MOST)
        several = self._last.values()
        moment = Moment(
            at=point.at,
            accounts=len(self._last),
            checks=max(one.checks for one in several),
            partial=any(one.partial for one in several),
            failed=sum(one.failed for one in several),
            unsure=sum(one.unsure for one in several),
            passed=sum(one.passed for one in several),
        )
        if self.moments and self.moments[-1].at == point.at:
            self.moments.pop()
        self.moments.append(moment)


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
