"""The file in which lines wait for the intake. It outlives the process."""

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
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

    def __init__(self, path: Path, most: int, *, descriptor: int | None = None) -> None:
        self._path, self._most, self._begin = path, most, 0
        self._lock = threading.Lock()
        self._descriptor = _own(path) if descriptor is None else descriptor
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

    def left(self) -> "Iterator[Spill]":
        """What processes that are no more have left in files beside this one."""
        for one in _names(self._path):
            if one.exists() and (descriptor := _locked(one)) is not None:
                other = Spill(self._path, self._most, descriptor=descriptor)
                try:
                    yield other
                finally:
                    other.close()

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
    for one in _names(path):
        if (descriptor := _locked(one, os.O_CREAT)) is not None:
            return descriptor
    raise BlockingIOError(errno.EWOULDBLOCK, "other processes have all its files", str(path))


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield from (path.with_name(f"{path.name}.{number}") for number in range(1, _MOST_FILES))


def _locked(path: Path, create: int = 0) -> int | None:
    """The file, held for as long as it is open; ``None`` where another process holds it."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | create
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException as error:
        os.close(descriptor)
        if isinstance(error, OSError) and error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            return None
        raise
    return descriptor
