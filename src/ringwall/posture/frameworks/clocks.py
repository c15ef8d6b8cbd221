"""Times of a clock that was ahead and has been set right: what is told now is the newest. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

SKEW: Final = timedelta(minutes=5)
"""Clocks of several nodes may differ by so much."""


def put_right(times: Iterable[datetime], *, before: datetime) -> dict[datetime, datetime]:
    """What to take each of these times for: just before ``before``, in their order."""
    ahead = sorted(set(times), reverse=True)
    return {at: before - timedelta(microseconds=n) for n, at in enumerate(ahead, 1)}
