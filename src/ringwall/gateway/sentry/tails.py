"""The newest lines of a file that another process appends to, a bounded number at a time."""

import os
from pathlib import Path
from typing import Final

_AT_ONCE: Final = 64 * 1024
"""Bytes that are read in one turn, some 100 lines: of a flood it is a part of the newest."""


class Tail:
    """Follows one file, also when it is moved away and a new one begins in its place.

    ``back`` is how many bytes of what there is already are read first.
    """

    def __init__(self, path: Path, *, back: int = 0) -> None:
        self._path = path
        self._inode = 0
        self._at = 0
        self._open(back=back)

    def lines(self) -> tuple[list[bytes], int]:
        """Whole lines of the end of what is new, and how many bytes of it were passed over."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return [], 0
        if found.st_ino != self._inode or found.st_size < self._at:
            self._inode, self._at = found.st_ino, 0
        return self._read(found.st_size, _AT_ONCE)

    def begin(self, most: int) -> list[bytes]:
        """Read what is there before anything is followed, at most so many bytes of its end."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return []
        self._inode, self._at = found.st_ino, 0
        return self._read(found.st_size, most)[0]

    def _open(self, *, back: int) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return
        self._inode, self._at = found.st_ino, max(0, found.st_size - back)

    def _read(self, size: int, most: int) -> tuple[list[bytes], int]:
        start = max(self._at, size - most)
        if size <= start:
            return [], 0
        with self._path.open("rb") as file:
            file.seek(start)
            data = file.read(min(size - start, most))
        passed = start - self._at
        end = data.rfind(b"\n") + 1
        if end == 0:
            return [], passed
        self._at = start + end
        first = data.find(b"\n") + 1 if passed else 0
        return data[first:end].splitlines(), passed + first


def truncated(path: Path) -> None:
    """Empty a file that is only read here; whoever appends to it goes on at its new end."""
    with open(path, "ab") as file:  # noqa: PTH123 - it is opened to be emptied
        os.ftruncate(file.fileno(), 0)
