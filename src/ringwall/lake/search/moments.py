"""Moments and lengths of time as a query writes them.

A moment is a day (``2026-11-20``, ``today``, ``yesterday``), a time of today (``14:00``), both
(``2026-11-20T14:00``, with ``Z`` or ``+01:00`` where another zone is meant), ``now``, or a length
of time ago (``2h``). Every one is a span: a day lasts a day, a minute a minute.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Final

_UNITS: Final = {
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_WORDS: Final = {
    **dict.fromkeys(("millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
_LENGTH: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([a-z]+)")
_CLOCK: Final = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
_DAY: Final = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_MOMENT: Final = re.compile(
    rf"(?:{_DAY})?(?:[Tt ]|(?<!.)|(?=$))(?:{_CLOCK})?(Z|z|[+-][0-9]{{2}}:?[0-9]{{2}})?"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)

FORM: Final = "2026-11-20, 2026-11-20T14:00, 14:00, today, yesterday, now, or 2h for two hours ago"
LENGTH_FORM: Final = "a number and ms, s, m, h, d or w, such as 2h"


@dataclass(frozen=True, slots=True)
class Moments:
    """From ``start`` up to but without ``end``, in microseconds since 1970."""

    start: int
    end: int


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment, exact."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(since: int) -> datetime:
    """The moment in UTC; ``OverflowError`` beyond the years 1 to 9999."""
    return _EPOCH + timedelta(microseconds=since)


def length(text: str) -> int | None:
    """Microseconds of a length of time such as ``2h`` or ``1.5s``; ``None`` if it is none."""
    match = _LENGTH.fullmatch(text.lower())
    if match is None:
        return None
    unit = match[2] if match[2] in _UNITS else _WORDS.get(match[2])
    return None if unit is None else int(Decimal(match[1]) * _UNITS[unit])


def unit(word: str) -> int | None:
    """Microseconds of a unit by its name in words or letters, such as ``hours``."""
    return _UNITS.get(_WORDS.get(word.lower(), word.lower()))


def before(now: datetime, length: int) -> int:
    """Microseconds since 1970 of as long before ``now``, the year 1 at the earliest."""
    return max(_FIRST, microseconds(now) - length)


def moments(text: str, *, now: datetime, zone: tzinfo) -> Moments | None:
    """Return which span of time the text names in ``zone``; ``None`` if it names none."""
    word = text.strip().lower()
    here = now.astimezone(zone)
    named: dict[str, Callable[[], Moments]] = {
        "now": lambda: _lasting(microseconds(now), 1),
        "today": lambda: _day(here.date(), zone),
        "yesterday": lambda: _day(here.date() - timedelta(days=1), zone),
    }
    try:
        if word in named:
            return named[word]()
        if (ago := length(word)) is not None:
            return _lasting(before(now, ago), 1)
        return _written(text.strip(), here.date(), zone)
    except (ValueError, OverflowError):
        return None


def _written(text: str, today: date, zone: tzinfo) -> Moments | None:
    match = _MOMENT.fullmatch(text)
    if match is None or not (match[1] or match[4]):
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    on = date(int(year), int(month), int(day)) if year else today
    if hour is None:
        return None if offset else _day(on, zone)
    at = datetime(
        on.year,
        on.month,
        on.day,
        int(hour),
        int(minute),
        int(second or 0),
        int((fraction or "0").ljust(6, "0")),
        tzinfo=_zone(offset) if offset else zone,
    )
    lasts = (
        60_000_000
        if second is None
        else 1_000_000
        if fraction is None
        else 10 ** (6 - len(fraction))
    )
    return _lasting(microseconds(at), lasts)


def _zone(offset: str) -> tzinfo:
    found = datetime.strptime(offset.upper(), "%z").tzinfo
    assert found is not None  # noqa: S101 - %z always gives one
    return found


def _day(day: date, zone: tzinfo) -> Moments:
    """A day of a zone, which may be 23 or 25 hours long."""
    begins = [
        datetime(one.year, one.month, one.day, tzinfo=zone)
        for one in (day, day + timedelta(days=1))
    ]
    return Moments(*map(microseconds, begins))


def _lasting(start: int, lasts: int) -> Moments:
    return Moments(start, start + lasts)
