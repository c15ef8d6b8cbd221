"""The parts of the table that a search reads, a day or some fresh rows each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from ringwall.lake.search.moments import microseconds, moment_of
from ringwall.lake.search.pruning import Reach

_DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of the table: what stands after FROM, with its bound values.

    ``day`` is the one day (UTC) of all its rows, ``None`` where rows can be of any, such as those
    that were not yet written to the table. No row may stand in two parts.
    """

    day: date | None
    relation: str
    values: tuple[object, ...] = ()


Parts = Callable[[Reach], Iterable[Part]]
"""The parts in which a query that reaches so far can find anything, at the time it is asked."""


def of_files(day: date, files: Sequence[str]) -> Part:
    """Parquet files of one day, below folders ``day=.../class_uid=...`` as Delta writes them."""
    relation = (
        "read_parquet(?, hive_partitioning = true, union_by_name = true, "
        "hive_types = {'day': DATE, 'class_uid': INTEGER})"
    )
    return Part(day, relation, (list(files),))


def of_table(name: str, day: date | None = None) -> Part:
    """A table or view of the connection that is searched."""
    return Part(day, '"' + name.replace('"', '""') + '"')


def first_of(day: date) -> int:
    """The first microsecond of a day in UTC, since 1970."""
    return microseconds(datetime.combine(day, time(), UTC))


def last_of(day: date) -> int:
    """The last microsecond of a day in UTC."""
    return first_of(day) + _DAY - 1


def day_of(since: int) -> date:
    """The day in UTC of a moment in microseconds since 1970."""
    return moment_of(since).date()
