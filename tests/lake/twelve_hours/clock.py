"""Twelve hours, told in minutes."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

HOURS: Final = timedelta(hours=12)


class Clock:
    """How much of the twelve hours is over, ``seconds`` of which are all of them.

    They lie over a midnight of UTC and end now, or where that would be over none, at six. While
    ``machine`` is held nothing of the machine runs, sources included.
    """

    _waited = 0.0
    _stopped: float | None = None

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
        return min(1.0, self.elapsed / self.seconds)

    @property
    def elapsed(self) -> float:
        """Seconds, really, without those of :meth:`waiting`."""
        now = time.monotonic() if self._stopped is None else self._stopped
        return now - self._since - self._waited

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Within this no time goes by after all, or what was to come would come at once."""
        self._stopped = time.monotonic()
        try:
            yield
        finally:
            self._waited += time.monotonic() - self._stopped
            self._stopped = None

    def moment(self, number: int, of: int) -> datetime:
        """When the event with this number was."""
        return self.began + HOURS * number / of
