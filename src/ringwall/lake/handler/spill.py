"""The file in which lines wait for the intake. It outlives the process."""

import errno
import fcntl
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

_AT_ONCE: Final = 512 * 1024
_MOST_LINES: Final = 500
_MOST_FILES: Final = 64

Send = Callable[[bytes], bool]
"""Sends lines; ``False`` where they are never taken, ``ConnectionError`` where not now."""


class Spill:
    """At most ``most`` bytes at ``path``; where another process has that file, in one beside it.

    Of one process at a time; whichever comes next finds what was left.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._most, self._begin = most, 0
        self._lock = threading.Lock()
        self._descriptor = _own(path)
        size = os.fstat(self._descriptor).st_size
        if size and os.pread(self._descriptor, 1, size - 1) != b"\n":
            os.write(self._descriptor, b"\n")  # a process was killed while it wrote

    def add(self, lines: list[bytes]) -> int:
        """Append ``lines``, and return how many there was room for."""
        with self._lock:
            size = os.fstat(self._descriptor).st_size
            for number, one in enumerate(lines):
                if size + len(one) > self._most:
                    return number
                try:
                    written = os.write(self._descriptor, one)
                except OSError:
                    return number
                if written < len(one):
                    os.ftruncate(self._descriptor, size)
                    return number
                size += written
            return len(lines)

    def send(self, send: Send) -> int:
        """Send all of it, oldest first, and forget what was taken; how many lines never are."""
        refused = 0
        while lines := self._next():
            if not send(lines):
                refused += lines.count(b"\n")
            with self._lock:
                self._begin += len(lines)
                if self._begin >= os.fstat(self._descriptor).st_size:
                    os.ftruncate(self._descriptor, 0)
                    self._begin = 0
        return refused

    def close(self) -> None:
        """Leave the file to the next."""
        os.close(self._descriptor)

    def _next(self) -> bytes:
        """Some whole lines from where the last ones ended."""
        content = os.pread(self._descriptor, _AT_ONCE, self._begin)
        lines = content[: content.rfind(b"\n") + 1].splitlines(keepends=True)
        return b"".join(lines[:_MOST_LINES])


def _own(path: Path) -> int:
    """A file that no other process has: ``path``, or that with a number."""
    for number in range(_MOST_FILES):
        one = path if number == 0 else path.with_name(f"{path.name}.{number}")
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(one, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise
        else:
            return descriptor
    raise BlockingIOError(errno.EWOULDBLOCK, "other processes have all its files", str(path))
