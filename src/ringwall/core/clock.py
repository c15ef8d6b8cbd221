"""What time it is, passed in so that tests can move it."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Promises an aware UTC time that may step, as wall clocks do."""

    def now(self) -> datetime:
        """The present moment, in UTC."""


class SystemClock:
    """The machine's wall clock."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)
