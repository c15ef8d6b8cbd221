"""Keep how frameworks stood after each scan, below the state folder."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.core.components import Found
from ringwall.posture.frameworks.grouping import owner_of
from ringwall.posture.frameworks.history import (
    Point,
    continued,
    continued_daily,
    lines_of,
    points_by_owner,
    points_of,
    read_point,
    says_the_same,
    set_right,
)
from ringwall.posture.reports.report import Part
from ringwall.runtime.private_files import locked, private_folder, write_private

_STEADY: Final = timedelta(days=1)


class History:
    """The history of an installation: one file of all scopes, one for the owners of each scope.

    A line of JSON for each scan and framework, and for each day, framework and owner.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "posture" / "history.jsonl"
        self._owners = state / "posture" / "history"

    def remember(
        self,
        part: Part,
        *,
        at: datetime,
        partial: bool,
        steady: bool = False,
        whose: Callable[[Found], str] = owner_of,
    ) -> None:
        """Keep how frameworks stand in a scope that all checks judged; as :meth:`add`.

        What is judged ``steady``, such as each hour, has a point a day, and one for each change.
        """
        told = (part.judged, part.checks)
        points = points_of(part.scope, *told, at=at, partial=partial, unread=part.unread)
        if steady and self._is_known(points, at):
            return
        self.add(points)
        owners = points_by_owner(part, at=at, partial=partial, whose=whose)
        if owners:
            path = self._of_owners(part.scope)
            private_folder(self._owners)
            with locked(self._path.with_suffix(".lock")):
                write_private(path, *lines_of(continued_daily(_right(_read(path), owners), owners)))

    def add(self, points: Iterable[Point]) -> None:
        """Have them on the disk when this returns; ``ValueError`` names a file that is damaged."""
        several = list(points)
        private_folder(self._path.parent)
        with locked(self._path.with_suffix(".lock")):
            write_private(self._path, *lines_of(continued(_right(self.all(), several), several)))

    def all(self) -> list[Point]:
        """What was kept of whole scopes, in order of time; ``ValueError`` as of :meth:`add`."""
        return _read(self._path)

    def by_owner(self) -> list[Point]:
        """What was kept of owners, in order of time; ``ValueError`` as of :meth:`add`."""
        found = [one for path in self._owners.glob("*.jsonl") for one in _read(path)]
        return sorted(found, key=lambda one: (one.at, one.account, one.owner, one.framework))

    def _is_known(self, points: Iterable[Point], at: datetime) -> bool:
        last = {(one.account, one.framework): one for one in self.all()}
        for one in points:
            before = last.get((one.account, one.framework))
            if before is None or before.at > at or at - before.at >= _STEADY:
                return False
            if not says_the_same(before, one):
                return False
        return True

    def _of_owners(self, scope: str) -> Path:
        return self._owners / f"{scope.replace(' ', '.')}.jsonl"


def _right(before: Iterable[Point], more: Sequence[Point]) -> list[Point]:
    return set_right(before, more, now=datetime.now(UTC))


def _read(path: Path) -> list[Point]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(read_point(line))
        except ValueError as error:
            msg = f"{path}:{number}: {error}: delete the line"
            raise ValueError(msg) from error
    return found
