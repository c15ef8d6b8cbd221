"""What is logged: one line of one process."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol


class Level(IntEnum):
    """How grave, on the scale of :mod:`logging`."""

    TRACE = 5
    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line as understood; ``fields`` are what a JSON line held beside level and message."""

    level: Level
    message: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A line with its origin. ``time`` (UTC) is when it was read, at most 0.2 s after the fact."""

    time: datetime
    process: str
    line: Parsed


class LogSink(Protocol):
    """Promises never to block and never to raise; what it cannot keep up with it counts."""

    def emit(self, record: LogRecord) -> None:
        """Take one record, in order."""

    def close(self) -> None:
        """Write out what was taken, as far as that takes no longer than a second."""
