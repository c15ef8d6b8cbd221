"""When an account is to be read again, by when it was read and how that went. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_FIRST_RETRY: Final = timedelta(minutes=15)
_LATE: Final = 2.0
"""After so many times of its `every` without a reading it is overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """How an account of the section stands: its last reading, and what came after in vain.

    ``gaps`` is how many reads told nothing. ``failed`` counts tries since then that read nothing
    at all, of which the last was ``tried`` and came to ``why``.
    """

    account: str = ""
    read: datetime | None = None
    gaps: int = 0
    failed: int = 0
    tried: datetime | None = None
    why: str = ""


def next_at(last: Scanned | None, every: timedelta) -> datetime | None:
    """When it is to be read; ``None``: now.

    After a failure it is tried again in a quarter of an hour, then after twice as long each time,
    but never later than ``every``.
    """
    if last is None or (last.read is None and last.tried is None):
        return None
    if last.failed and last.tried is not None:
        return last.tried + min(every, _FIRST_RETRY * (1 << min(last.failed - 1, 20)))
    return None if last.read is None else last.read + every


def is_due(last: Scanned | None, every: timedelta, now: datetime) -> bool:
    """Whether it is to be read now. A time that has not come yet is of a clock that was wrong."""
    when = next_at(last, every)
    if when is None or when <= now:
        return True
    times = [] if last is None else [one for one in (last.read, last.tried) if one is not None]
    return any(one > now for one in times)


def is_overdue(last: Scanned | None, every: timedelta, now: datetime) -> bool:
    """Whether what is known of it is older than anybody should rely on, or nothing is."""
    if last is None or last.read is None:
        return True
    return not timedelta() <= now - last.read <= every * _LATE
