"""A disk on which a process is killed at any step, or the machine loses its power."""

import random
from pathlib import Path

from ringwall.ledger.disk import Disk


class Killed(BaseException):
    """The process was killed here."""


class FailingDisk(Disk):
    """Kills at the step that is set, midway where a step has a middle."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        """Steps until it kills."""
        self.steps = 0
        self._removed: dict[Path, bytes] = {}

    def write(self, path: Path, content: bytes) -> None:
        if self._is_over():
            super().write(path, content[: len(content) // 2])
            raise Killed
        super().write(path, content)

    def replace(self, path: Path, content: bytes) -> None:
        if self._is_over():
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / ".new-0123456789abcdef").write_bytes(content[:7])
            raise Killed
        super().replace(path, content)
        if self._is_over():
            raise Killed

    def remove(self, path: Path) -> None:
        if path.exists():
            self._removed[path] = path.read_bytes()
        if self._is_over():
            raise Killed
        super().remove(path)

    def sync(self) -> None:
        if self._is_over():
            raise Killed
        super().sync()
        if self._is_over():
            raise Killed

    def lose_power(self, chance: random.Random) -> None:
        """What was not synced is there, or in part, or as zeroes, or gone; as it comes."""
        for path in sorted(self._files):
            content = path.read_bytes()
            fate = chance.randrange(4)
            if fate == 1:
                path.write_bytes(content[: chance.randrange(len(content))])
            elif fate == 2:
                path.write_bytes(bytes(len(content)))
            elif fate == 3:
                path.unlink()
        for path, content in sorted(self._removed.items()):
            if chance.random() < 0.5 and path.parent.exists() and not path.exists():
                path.write_bytes(content)

    def _is_over(self) -> bool:
        self.steps += 1
        if self.left is None:
            return False
        self.left -= 1
        return self.left < 0
