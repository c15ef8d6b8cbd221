"""Which time a page of the log is about, and the bars above it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.moments import microseconds, moment_of
from ringwall.lake.search.pruning import reach
from ringwall.lake.search.tree import All, Span

CHOICES: Final = (
    ("1h", "Last hour", "last 1h"),
    ("24h", "Last 24 hours", "last 24h"),
    ("today", "Today", "since today"),
    ("7d", "Last 7 days", "last 7d"),
    ("30d", "Last 30 days", "last 30d"),
    ("all", "All", ""),
)
"""What is chosen, what it is called, and how a query says it."""
USUAL: Final = "24h"

_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
DAY: Final = 24 * _HOUR
_LENGTHS: Final = (
    _SECOND, 5 * _SECOND, 15 * _SECOND, _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 3 * _HOUR,
    6 * _HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY,
)  # fmt: skip
_MOST_BARS: Final = 60
WIDTH: Final = 600
HEIGHT: Final = 72
_GAP: Final = 1.5


def within(query: Query, chosen: str, *, now: datetime) -> Query:
    """The query, of the time that was chosen besides what it says itself."""
    words = next((words for name, _, words in CHOICES if name == chosen), "")
    if not words:
        return query
    time = parse(words, now=now)
    # Its cursors are of this choice alone.
    text = f"{query.text}\n{chosen}"
    return replace(query, text=text, tree=All((query.tree, time.tree), Span(0, 0)))


def interval_of(query: Query, *, now: datetime) -> int | None:
    """How long a bar lasts, in microseconds; ``None`` where the query begins at no time."""
    bounds = reach(query.tree)
    if bounds.low is None:
        return None
    high = microseconds(now) if bounds.high is None else min(bounds.high, microseconds(now))
    return fitting(max(1, high - bounds.low))


def fitting(length: int) -> int:
    """The shortest length of a bar with which so long a time has few enough."""
    return next((one for one in _LENGTHS if length // one < _MOST_BARS), _LENGTHS[-1])


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the picture: where it stands, in the picture's own lengths, and what it says."""

    x: str
    y: str
    width: str
    height: str
    title: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars, in order of time, and what they say in words."""

    bars: tuple[Bar, ...]
    first: str
    last: str
    says: str


def bars(counts: Sequence[tuple[int, int]], interval: int) -> Bars | None:
    """The picture of so many events by the first microsecond of each span; ``None`` for nothing.

    Of longer times than there is room for, the newest are shown.
    """
    if not counts:
        return None
    newest = counts[-1][0] // interval
    oldest = max(counts[0][0] // interval, newest - _MOST_BARS + 1)
    shown = [(at // interval, count) for at, count in counts if at // interval >= oldest]
    most = max(count for _, count in shown)
    number = newest - oldest + 1
    step = WIDTH / max(number, 12)
    made = []
    for place, count in shown:
        height = max(2.0, HEIGHT * count / most)
        made.append(
            Bar(
                x=f"{(place - oldest) * step:.2f}",
                y=f"{HEIGHT - height:.2f}",
                width=f"{max(step - _GAP, 1):.2f}",
                height=f"{height:.2f}",
                title=f"{count:,} from {_told(place * interval, interval)}",
            )
        )
    busiest = max(shown, key=lambda one: one[1])
    says = (
        f"Events over time: {sum(count for _, count in shown):,} in spans of "
        f"{_length(interval)}, at most {most:,} in the one from "
        f"{_told(busiest[0] * interval, interval)}"
    )
    last = (newest + 1) * interval
    return Bars(tuple(made), _told(oldest * interval, interval), _told(last, interval), says)


def merged(counts: Sequence[tuple[int, int]], interval: int) -> list[tuple[int, int]]:
    """The same counts in longer spans."""
    found: dict[int, int] = {}
    for at, count in counts:
        start = at - at % interval
        found[start] = found.get(start, 0) + count
    return sorted(found.items())


def _told(at: int, interval: int) -> str:
    form = "%Y-%m-%d" if interval >= DAY else "%Y-%m-%d %H:%M"
    return moment_of(at).strftime(form if interval >= _MINUTE else "%Y-%m-%d %H:%M:%S")


def _length(interval: int) -> str:
    for unit, name in ((DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"), (_SECOND, "second")):
        if interval >= unit:
            number = interval // unit
            return f"a {name}" if number == 1 else f"{number} {name}s"
    return "less than a second"
