"""Keep how frameworks stood after each scan, below the state folder."""

from collections.abc import Iterable
from pathlib import Path

from ringwall.posture.frameworks.history import Point, continued, lines_of, read_point
from ringwall.runtime.private_files import locked, private_folder, write_private


class History:
    """The history of an installation: one file, a line for each scan, account and framework."""

    def __init__(self, state: Path) -> None:
        self._path = state / "posture" / "history.jsonl"

    def add(self, points: Iterable[Point]) -> None:
        """Have them on the disk when this returns; ``ValueError`` names a file that is damaged."""
        private_folder(self._path.parent)
        with locked(self._path.with_suffix(".lock")):
            write_private(self._path, *lines_of(continued(self.all(), points)))

    def all(self) -> list[Point]:
        """What was kept, in order of time; ``ValueError`` names a file that is damaged."""
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for number, line in enumerate(lines, 1):
            try:
                found.append(read_point(line))
            except ValueError as error:
                msg = f"{self._path}:{number}: {error}: delete the line"
                raise ValueError(msg) from error
        return found
