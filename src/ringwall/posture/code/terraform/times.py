"""Terraform's functions of points in time that are given: ``formatdate``, ``timeadd``, ``timecmp``.

A time is one of RFC 3339, a duration is written as in Go: ``1h30m``.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from ringwall.posture.code.terraform.bounds import ExpressionError, room

_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_DURATION: Final = re.compile(
    r"([+-]?)((?:\d{1,12}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h))+)", re.ASCII
)
_PART: Final = re.compile(r"([\d.]+)(ns|us|µs|ms|s|m|h)", re.ASCII)
_SECONDS: Final = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_VERB: Final = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*")


def _read(text: str) -> datetime:
    if not _TIME.fullmatch(text):
        raise ExpressionError(f"{text[:40]!r} is no time as RFC 3339 writes it")
    return datetime.fromisoformat(text)


def _shown(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def timeadd(text: str, duration: str) -> str:
    """A time later by a duration, or earlier by one that begins with ``-``."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ExpressionError(f"{duration[:40]!r} is no duration such as 1h30m")
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(found[2]))
    return _shown(_read(text) + timedelta(seconds=-seconds if found[1] == "-" else seconds))


def timecmp(first: str, second: str) -> int:
    """-1, 0 or 1: whether the first is before the second, as it, or after it."""
    one, other = _read(first), _read(second)
    return (one > other) - (one < other)


def _zone(when: datetime, between: str) -> str:
    return f"{when:%z}"[:3] + between + f"{when:%z}"[3:]


_VERBS: Final[dict[str, Callable[[datetime], str]]] = {
    "YYYY": lambda when: f"{when.year:04}",
    "YY": lambda when: f"{when.year % 100:02}",
    "MMMM": lambda when: f"{when:%B}",
    "MMM": lambda when: f"{when:%b}",
    "MM": lambda when: f"{when.month:02}",
    "M": lambda when: str(when.month),
    "DD": lambda when: f"{when.day:02}",
    "D": lambda when: str(when.day),
    "EEEE": lambda when: f"{when:%A}",
    "EEE": lambda when: f"{when:%a}",
    "HH": lambda when: f"{when.hour % 12 or 12:02}",
    "H": lambda when: str(when.hour % 12 or 12),
    "hh": lambda when: f"{when.hour:02}",
    "h": lambda when: str(when.hour),
    "mm": lambda when: f"{when.minute:02}",
    "m": lambda when: str(when.minute),
    "ss": lambda when: f"{when.second:02}",
    "s": lambda when: str(when.second),
    "AA": lambda when: "AM" if when.hour < 12 else "PM",
    "aa": lambda when: "am" if when.hour < 12 else "pm",
    "ZZZZZ": lambda when: _zone(when, ":"),
    "ZZZZ": lambda when: _zone(when, ""),
    "ZZZ": lambda when: _zone(when, "") if when.utcoffset() else "UTC",
    "Z": lambda when: _zone(when, ":") if when.utcoffset() else "Z",
}


def formatdate(spec: str, text: str) -> str:
    """A time in words of one's own, such as ``DD MMM YYYY``; what stands in quotes is kept."""
    when = _read(text)
    room(len(spec) * 9)

    def said(verb: re.Match[str]) -> Any:
        if verb[1] is None:
            return verb[0][1:-1].replace("''", "'")
        if verb[0] not in _VERBS:
            raise ExpressionError(f"{verb[0][:40]} means nothing in a format of time")
        return _VERBS[verb[0]](when)

    return _VERB.sub(said, spec)
