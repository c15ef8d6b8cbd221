"""Twelve hours, told in minutes."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

HOURS: Final = timedelta(hours=12)


class Clock:
    """How much of the twelve hours is over, ``seconds`` of which are all of them.

    They lie over a midnight of UTC and end now, or where that would be over none, at six. While
    ``machine`` is held nothing of the machine runs, sources included.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.machine = threading.Lock()
        now = datetime.now(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.began = min(now, midnight + HOURS / 2) - HOURS
        self._since = time.monotonic()

    @property
    def part(self) -> float:
        """From 0 to 1."""
        return min(1.0, (time.monotonic() - self._since) / self.seconds)

    @property
    def elapsed(self) -> float:
        """Seconds, really."""
        return time.monotonic() - self._since

    def moment(self, number: int, of: int) -> datetime:
        """When the event with this number was."""
        return self.began + HOURS * number / of
