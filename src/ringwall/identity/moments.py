"""Points of time in words."""

from datetime import datetime, timedelta
from typing import Final

_UNITS: Final = (
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "minute"),
)
_A_MONTH: Final = timedelta(days=30)


def ago(moment: datetime, now: datetime) -> str:
    """How long before ``now`` something was; the day when it is longer than a month."""
    past = now - moment
    if past < timedelta(minutes=1):
        return "just now"
    return day(moment) if past >= _A_MONTH else f"{_length(past)} ago"


def ahead(moment: datetime, now: datetime) -> str:
    """How long after ``now`` something is; the day when it is longer than a month."""
    left = moment - now
    if left < timedelta(minutes=1):
        return "in a moment"
    return day(moment) if left >= _A_MONTH else f"in {_length(left)}"


def day(moment: datetime) -> str:
    """A day: ``on 3 May 2026``."""
    return f"on {moment.day} {moment:%B %Y}"


def _length(span: timedelta) -> str:
    size, unit = next((size, unit) for size, unit in _UNITS if span >= size)
    count = span // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
