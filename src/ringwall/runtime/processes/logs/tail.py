"""Following the log files that children write to, and keeping them short."""

import asyncio
import contextlib
import os
import time
from pathlib import Path
from typing import Final

from ringwall.core.clock import Clock
from ringwall.runtime.processes.logs.levels import parse
from ringwall.runtime.processes.logs.lines import LineSplitter
from ringwall.runtime.processes.logs.records import Level, LogRecord, LogSink, Parsed

_EVERY: Final = 0.1
_SLICE: Final = 32 * 1024
_SLICES: Final = 4
"""A process that writes more than 4 * 32 KiB in 0.1 s falls behind ..."""

_MOST_BEHIND: Final = 2 * 1024 * 1024
"""... and what it is behind by more than this is not shown."""

_TELL_EVERY: Final = 1.0

ROTATE_AT: Final = 8 * 1024 * 1024
"""Bytes in a log file before it becomes ``<name>.log.1``; so a process keeps twice this."""


class LogFile:
    """One child's log: ``<name>.log``, read from where the last supervisor stopped.

    The place is kept in ``<name>.read``, written after each reading, so that a supervisor's death
    neither repeats nor loses lines. Rotation copies and empties the file, because the child keeps
    its descriptor: what the child writes within those microseconds is lost.
    """

    def __init__(self, folder: Path, name: str, sink: LogSink, clock: Clock) -> None:
        self.name: Final = name
        self._path = folder / f"{name}.log"
        self._sink = sink
        self._clock = clock
        self._splitter = LineSplitter()
        self._skipped = 0
        self._told_at = self._rotated_at = time.monotonic() - _TELL_EVERY
        flags = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._log = os.open(self._path, os.O_RDWR | os.O_APPEND | flags, 0o600)
        self._place = os.open(folder / f"{name}.read", os.O_RDWR | flags, 0o600)
        digits = os.pread(self._place, 20, 0).strip()
        self._position = int(digits) if digits.isdigit() else 0

    def open_for_child(self) -> int:
        """Open a descriptor to hand to a child; the caller closes its own copy."""
        if not self._is_current():
            self._reopen()
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self._path, flags)

    def read_some(self) -> bool:
        """Pass on what is new, up to one slice; whether there is more."""
        size = os.fstat(self._log).st_size
        if size < self._position:
            # Somebody emptied it: begin again with what is there.
            self._splitter = LineSplitter()
            self._position = 0
        flooded = size - self._position > _MOST_BEHIND
        if flooded:
            self._skip_to(size - _SLICE)
        chunk = os.pread(self._log, _SLICE, self._position)
        self._position += len(chunk)
        self._pass_on(self._splitter.feed(chunk))
        if flooded or (size >= ROTATE_AT and self._position >= size):
            self._rotate(size)
        if chunk:
            self._note_place()
        return len(chunk) == _SLICE and not flooded

    def read_all(self) -> None:
        """Pass on everything, with a last line that lacks its end: its writer is gone."""
        for _ in range(_MOST_BEHIND // _SLICE + 2):
            if not self.read_some():
                break
        self._pass_on(self._splitter.finish())
        self._note_place()

    def close(self) -> None:
        """Stop following."""
        os.close(self._log)
        os.close(self._place)

    def _pass_on(self, lines: list[str]) -> None:
        now = self._clock.now()
        for line in lines:
            self._sink.emit(LogRecord(now, self.name, parse(line)))

    def _skip_to(self, position: int) -> None:
        self._skipped += position - self._position
        # What it falls into is shown as if it were a whole line.
        self._splitter = LineSplitter()
        self._position = position
        if time.monotonic() - self._told_at >= _TELL_EVERY:
            lost = (
                f"{self._skipped} bytes of output were skipped: it writes faster than can be "
                f"shown. The latest stand in {self._path} and {self._path.name}.1"
            )
            self._sink.emit(LogRecord(self._clock.now(), self.name, Parsed(Level.WARNING, lost)))
            self._skipped = 0
            self._told_at = time.monotonic()

    def _note_place(self) -> None:
        place = b"%-20d" % max(0, self._position - self._splitter.held)
        # A full disk only means that the next supervisor repeats some lines.
        with contextlib.suppress(OSError):
            os.pwrite(self._place, place, 0)

    def _rotate(self, size: int) -> None:
        """Empty the file, of which ``size`` bytes are passed on; its end becomes ``.log.1``."""
        old = self._path.with_name(self._path.name + ".1")
        # A flood would have us copy without end.
        if time.monotonic() - self._rotated_at >= _TELL_EVERY:
            try:
                _copy(self._log, old, start=max(0, size - ROTATE_AT), end=size)
            except OSError:
                # A full disk: the space matters more than old lines, which have been shown.
                with contextlib.suppress(OSError):
                    old.unlink()
            self._rotated_at = time.monotonic()
        os.ftruncate(self._log, 0)
        self._position = 0
        # The beginning of a line that was already read stays in the splitter.
        self._note_place()

    def _is_current(self) -> bool:
        try:
            there = self._path.lstat()
        except FileNotFoundError:
            return False
        here = os.fstat(self._log)
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def _reopen(self) -> None:
        self.read_all()
        os.close(self._log)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._log = os.open(self._path, flags, 0o600)
        self._position = 0


def _copy(source: int, target: Path, *, start: int, end: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    copy = os.open(target, flags, 0o600)
    try:
        while start < end and (sent := os.sendfile(copy, source, start, end - start)):
            start += sent
    finally:
        os.close(copy)


class LogTails:
    """Follows every child's log, each fairly, until cancelled."""

    def __init__(self, folder: Path, sink: LogSink, clock: Clock) -> None:
        self._folder = folder
        self._sink = sink
        self._clock = clock
        self._files: dict[str, LogFile] = {}

    def __getitem__(self, name: str) -> LogFile:
        """Get the log of the process ``name``, followed from now on."""
        if name not in self._files:
            self._files[name] = LogFile(self._folder, name, self._sink, self._clock)
        return self._files[name]

    def follow_name(self, name: str) -> None:
        """Follow the log of the process ``name`` from now on."""
        self[name]

    def forget(self, name: str) -> None:
        """Pass on what is left of one process that will not run again."""
        if file := self._files.pop(name, None):
            file.read_all()
            file.close()

    async def follow(self) -> None:
        """Pass on lines as they come, at most 0.2 s late."""
        while True:
            await asyncio.sleep(_EVERY)
            for file in tuple(self._files.values()):
                for _ in range(_SLICES):
                    if self._files.get(file.name) is not file or not file.read_some():
                        break
                    await asyncio.sleep(0)

    def close(self) -> None:
        """Pass on what is left and stop following."""
        for name in tuple(self._files):
            self.forget(name)
