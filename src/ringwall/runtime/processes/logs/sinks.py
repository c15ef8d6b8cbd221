"""Where the log stream goes: coloured on a terminal, JSON lines elsewhere."""

import errno
import json
import os
import re
import select
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC
from typing import Final
from zlib import crc32

from ringwall.runtime.processes.logs.records import Level, LogRecord, Parsed

_MOST_WAITING: Final = 1 << 20
"""Characters of messages that wait for a slow reader."""

_PATIENCE: Final = 1.0

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""There may be room again."""

_WIDEST_NAME: Final = 20
_SOURCE: Final = re.compile(r"(?<=\] )\[source/[^\]]+\] ")

_DIM, _RESET = "\x1b[2m", "\x1b[0m"
_NAME_COLOURS: Final = ("36", "32", "35", "34", "96", "92", "95", "94")
_LEVEL_COLOURS: Final = {
    Level.TRACE: "2",
    Level.DEBUG: "2",
    Level.INFO: "0",
    Level.WARNING: "33",
    Level.ERROR: "31",
    Level.CRITICAL: "1;31",
}


def as_json(record: LogRecord) -> str:
    """One JSON object: ``time`` (RFC 3339), ``process``, ``level``, ``message``, ``fields``."""
    document: dict[str, object] = {
        "time": record.time.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "process": record.process,
        "level": record.line.level.name.lower(),
        "message": record.line.message,
    }
    if record.line.fields:
        document["fields"] = dict(record.line.fields)
    return json.dumps(document, ensure_ascii=False)


def for_terminal(*, colour: bool) -> Callable[[LogRecord], str]:
    """Give the form for people: local time, process, level unless ``info``, message, fields.

    Where in its source Envoy says something is left to the JSON form.
    """
    width = 8

    def form(record: LogRecord) -> str:
        nonlocal width
        width = min(_WIDEST_NAME, max(width, len(record.process)))
        name = record.process.ljust(width)
        is_usual = record.line.level is Level.INFO
        level = "" if is_usual else f"{record.line.level.name.lower()} "
        time = record.time.astimezone().strftime("%H:%M:%S")
        message = _SOURCE.sub("", record.line.message)
        fields = "".join(f" {key}={value}" for key, value in record.line.fields)
        if not colour:
            return f"{time} {name} {level}{message}{fields}"
        tint = _NAME_COLOURS[crc32(record.process.encode()) % len(_NAME_COLOURS)]
        shown = f"\x1b[{_LEVEL_COLOURS[record.line.level]}m{level}{_RESET}" if level else ""
        return (
            f"{_DIM}{time}{_RESET} \x1b[{tint}m{name}{_RESET} {shown}{message}"
            f"{_DIM}{fields}{_RESET}"
        )

    return form


class StreamSink:
    """Writes records to a file descriptor from a thread of its own.

    So a terminal that is held (Ctrl-S) or a full pipe stops the log, never the supervisor: beyond
    a million waiting characters new records are dropped, and counted once it flows again, as they
    are while the disk is full. When nobody reads any more (EPIPE, a closed terminal) everything is
    dropped.
    """

    def __init__(self, descriptor: int, form: Callable[[LogRecord], str]) -> None:
        self._descriptor = descriptor
        self._form = form
        self._waiting: deque[LogRecord] = deque()
        self._size = 0
        self._dropped = 0
        self._closing = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: LogRecord) -> None:
        """Take one record, in order."""
        with self._news:
            if self._size >= _MOST_WAITING:
                self._dropped += 1
            else:
                self._waiting.append(record)
                self._size += _weight(record)
                self._news.notify()

    def close(self) -> None:
        """Write out what was taken, as far as that takes no longer than a second."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(_PATIENCE)

    def _write_all(self) -> None:
        while batch := self._next_batch():
            text = "".join(f"{self._form(record)}\n" for record in batch)
            try:
                self._write(text.encode("utf-8", "backslashreplace"))
            except OSError as error:
                if error.errno not in _FULL:
                    return
                with self._news:
                    self._dropped += len(batch)

    def _next_batch(self) -> list[LogRecord]:
        with self._news:
            while not self._waiting and not self._closing:
                self._news.wait()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), 64))]
            self._size -= sum(map(_weight, batch))
            if self._dropped and batch:
                lost = f"{self._dropped} lines were dropped here: the reader of this log is slow"
                batch.append(LogRecord(batch[-1].time, "ringwall", Parsed(Level.WARNING, lost)))
                self._dropped = 0
            return batch

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])


def _weight(record: LogRecord) -> int:
    fields = sum(len(key) + len(value) for key, value in record.line.fields)
    return 100 + len(record.line.message) + fields


def open_sink(descriptor: int = 1) -> StreamSink:
    """Make the sink that fits ``descriptor``: for people on a terminal, JSON lines elsewhere.

    Colours follow https://no-color.org and ``TERM=dumb``.
    """
    if not os.isatty(descriptor):
        return StreamSink(descriptor, as_json)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return StreamSink(descriptor, for_terminal(colour=colour))
