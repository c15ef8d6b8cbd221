"""How frameworks stood over time: a few figures for each scan, and nothing of its components.

A score may change because more checks look, not because anything was mended: how many looked is
kept with it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.frameworks.catalogue import frameworks
from ringwall.posture.frameworks.coverage import Coverage, Standing, coverage
from ringwall.posture.judging import Judged

_LONGEST: Final = 2000
"""Points that are kept of one account and framework: five years of a scan a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A framework in one account after one scan. Counts of controls, then counts of verdicts."""

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

    @property
    def checked(self) -> int:
        """Controls that any check looks at."""
        return self.failing + self.unknown + self.passing + self.not_judged

    @property
    def score(self) -> float | None:
        """As of :class:`~ringwall.posture.frameworks.coverage.Coverage`."""
        judged = self.failed + self.unsure + self.passed
        return self.passed / judged if judged else None


def point_of(found: Coverage, *, at: datetime, account: str, partial: bool) -> Point:
    """What is kept of how a framework stands."""
    counts = found.counts
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
    )


def points_of(
    account: str,
    judged: Iterable[Judged],
    checks: Iterable[KnownCheck],
    *,
    at: datetime,
    partial: bool,
) -> list[Point]:
    """A point for each of Ringwall's own frameworks, after one scan of an account."""
    mapped = [(one.id, one.check.controls) for one in checks]
    verdicts = [(one.check, one.verdict.outcome) for one in judged]
    return [
        point_of(coverage(one, mapped, verdicts), at=at, account=account, partial=partial)
        for one in frameworks().values()
    ]


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
        yield orjson.dumps(asdict(one)) + b"\n"


def read_point(line: bytes) -> Point:
    """The point of a line; ``ValueError`` where it is none."""
    told: Any = orjson.loads(line)
    try:
        return Point(**{**told, "at": datetime.fromisoformat(told["at"])})
    except (TypeError, KeyError) as error:
        msg = f"it is no point of history: {error}"
        raise ValueError(msg) from error
