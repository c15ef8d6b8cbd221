"""Asking the table: pages of rows, the newest first, and what can be counted.

A page is looked for day by day backwards, and where much has to be read by shorter spans, so that
the newest rows come soon. First only times and indexes are read, then the rows of the page.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import duckdb

from ringwall.lake.search.compiling import (
    Condition,
    condition,
    is_in_columns,
    is_not_in_columns,
    quoted,
    value_of,
)
from ringwall.lake.search.connecting import SECONDS, bounded
from ringwall.lake.search.cursors import Position, position
from ringwall.lake.search.fields import BY_COLUMN, Field
from ringwall.lake.search.language import Query
from ringwall.lake.search.moments import moment_of
from ringwall.lake.search.parts import Part, Parts, first_of, last_of
from ringwall.lake.search.pruning import Reach, reach
from ringwall.lake.search.tree import Like, Node, OneOf, Said, Span, Within, leaves

MOST_ROWS: Final = 10_000
"""Rows of one page."""
MOST_GROUPS: Final = 10_000
"""Spans of a histogram, values of a field."""

SHOWN: Final = (*BY_COLUMN, "day")
"""What a list needs of each row."""
WHOLE: Final = (*SHOWN, "raw", "personal", "seals")
"""Everything there is, which takes longer to read."""

_HOUR: Final = 3_600_000_000
_SPANS: Final = (1, 3, 8)
"""Hours, from a day's end backwards, by which it is read where much has to be."""

Row = dict[str, Any]
"""By column; times are aware moments in UTC."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the newest first, and the cursor of the next page, empty when there is none."""

    rows: tuple[Row, ...]
    cursor: str


class Search:
    """Asks the parts of a table over one connection, which one thread uses at a time.

    What takes longer than ``seconds`` is ended by
    :class:`~ringwall.lake.search.connecting.TookTooLongError`.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, parts: Parts, *, seconds: float = SECONDS
    ) -> None:
        self._connection = connection
        self._parts = parts
        self._seconds = seconds

    def page(
        self,
        query: Query,
        *,
        limit: int = 50,
        cursor: str = "",
        columns: Sequence[str] = SHOWN,
    ) -> Page:
        """Find at most ``limit`` rows, after those of the page that ended with ``cursor``.

        :class:`~ringwall.lake.search.cursors.CursorError` if that is none of this query.
        """
        limit = _within(limit, MOST_ROWS)
        after = position(cursor, query.text) if cursor else None
        with bounded(self._connection, self._seconds):
            found: list[tuple[Position, Row]] = []
            for rows in self._batches(query, after, limit + 1, columns):
                found += rows
        page = found[:limit]
        last = page[-1][0].written(query.text) if len(found) > limit else ""
        return Page(tuple(row for _, row in page), last)

    def rows(self, query: Query, *, limit: int, columns: Sequence[str] = SHOWN) -> Iterator[Row]:
        """Find at most ``limit`` rows, the newest first, and give them as they are found."""
        batches = self._batches(query, None, _within(limit, MOST_ROWS), columns)
        while True:
            with bounded(self._connection, self._seconds):
                batch = next(batches, None)
            if batch is None:
                return
            for _, row in batch:
                yield row

    def show(self, index: int) -> Row | None:
        """Find one event by its id, with all there is; ``None`` if there is no such row."""
        at = Span(0, 0)
        tree = OneOf(BY_COLUMN["index"], (index,), at)
        return next(self.rows(Query(f"id:{index}", tree), limit=1, columns=WHOLE), None)

    def count(self, query: Query) -> int:
        """How many rows there are."""
        rows = self._grouped(query, "count(*)")
        return int(rows[0][0]) if rows else 0

    def histogram(self, query: Query, interval: int) -> list[tuple[int, int]]:
        """How many rows there are in each span of ``interval`` microseconds, in order of time.

        Spans are told by their first microsecond since 1970; those without rows are left out.
        """
        if interval < 1:
            msg = "a histogram's spans last a microsecond or more"
            raise ValueError(msg)
        span = Condition("epoch_us(time) - epoch_us(time) % ?", (interval,))
        rows = self._grouped(query, "span, count(*)", span=span, order="span DESC")
        return sorted((int(start), int(count)) for start, count in rows)

    def top(self, query: Query, field: Field, *, limit: int = 10) -> list[tuple[Any, int]]:
        """The most frequent values of a field, and how many rows have each; ``None`` for none."""
        rows = self._grouped(
            query,
            "span, count(*)",
            span=value_of(field),
            order="count(*) DESC, span ASC NULLS LAST",
            limit=_within(limit, MOST_GROUPS),
        )
        return [(value, int(count)) for value, count in rows]

    def _grouped(
        self,
        query: Query,
        selected: str,
        *,
        span: Condition | None = None,
        order: str = "",
        limit: int = MOST_GROUPS,
    ) -> list[tuple[Any, ...]]:
        within = reach(query.tree)
        parts = [] if within.is_empty else list(self._parts(within))
        if not parts:
            return []
        table, values = asked_of(parts, query.tree)
        inner, first = (f"{span.sql} AS span", span.values) if span else ("1 AS span", ())
        sql = f"SELECT {selected} FROM (SELECT {inner} FROM {table})"  # noqa: S608
        if span:
            sql += f" GROUP BY span ORDER BY {order} LIMIT {limit:d}"
        with bounded(self._connection, self._seconds):
            return self._fetched(sql, [*first, *values])

    def _batches(
        self, query: Query, after: Position | None, limit: int, columns: Sequence[str]
    ) -> Iterator[list[tuple[Position, Row]]]:
        """Rows in order, those of one span of time after those of another."""
        within = reach(query.tree)
        if after is not None:
            high = after.time if within.high is None else min(after.time, within.high)
            within = Reach(within.low, high, within.classes)
        if within.is_empty:
            return
        parts = list(self._parts(within))
        reads_much = any(_reads_much(one) for one in leaves(query.tree))
        for day in self._days(parts, within):
            of_day = [one for one in parts if one.day in {None, day}]
            for low, high in _spans(day, within, in_spans=reads_much):
                found = self._positions(of_day, query.tree, (low, high), after, limit)
                if found:
                    yield self._whole(of_day, found, columns)
                    limit -= len(found)
                if limit <= 0:
                    return

    def _days(self, parts: Iterable[Part], within: Reach) -> list[date]:
        """The days of which there are rows, the newest first."""
        days = {one.day for one in parts if one.day is not None}
        for one in parts:
            if one.day is None:
                sql = f"SELECT DISTINCT CAST(time AS DATE) FROM {one.relation}"  # noqa: S608
                days |= {day for (day,) in self._fetched(sql, one.values) if day is not None}
        return sorted(
            (
                day
                for day in days
                if (within.high is None or first_of(day) <= within.high)
                and (within.low is None or within.low <= last_of(day))
            ),
            reverse=True,
        )

    def _positions(
        self,
        parts: Sequence[Part],
        tree: Node,
        span: tuple[int, int],
        after: Position | None,
        limit: int,
    ) -> list[Position]:
        table, values = asked_of(parts, tree)
        sql = f"SELECT epoch_us(time), index FROM {table} WHERE time >= ? AND time <= ?"  # noqa: S608
        values += map(moment_of, span)
        if after is not None and after.time <= span[1]:
            sql += " AND (time < ? OR (time = ? AND index < ?))"
            values += [moment_of(after.time), moment_of(after.time), after.index]
        sql += f" ORDER BY time DESC, index DESC LIMIT {limit:d}"
        return [Position(*row) for row in self._fetched(sql, values)]

    def _whole(
        self, parts: Sequence[Part], found: Sequence[Position], columns: Sequence[str]
    ) -> list[tuple[Position, Row]]:
        """The rows at these places, in their order."""
        table, values = _joined(parts)
        selected = ", ".join(_read(one) for one in columns)
        places = ", ".join("?" * len(found))
        sql = f"SELECT index, {selected} FROM {table} WHERE index IN ({places})"  # noqa: S608
        sql += " AND time >= ? AND time <= ?"
        values += [one.index for one in found]
        values += [moment_of(found[-1].time), moment_of(found[0].time)]
        rows = {
            row[0]: dict(zip(columns, row[1:], strict=True)) for row in self._fetched(sql, values)
        }
        for row in rows.values():
            for name in ("time", "received"):
                if row.get(name) is not None:
                    row[name] = moment_of(row[name])
        return [(one, rows[one.index]) for one in found]

    def _fetched(self, sql: str, values: Iterable[object]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, list(values)).fetchall()


def _joined(parts: Sequence[Part]) -> tuple[str, list[object]]:
    """All parts as one relation, and its bound values."""
    selects = " UNION ALL BY NAME ".join(f"SELECT * FROM {one.relation}" for one in parts)  # noqa: S608
    return f"({selects})", [value for one in parts for value in one.values]


def asked_of(parts: Sequence[Part], tree: Node) -> tuple[str, list[object]]:
    """The rows of all parts that a query asks for, as one relation, and its bound values."""
    table, values = _joined(parts)
    conditions = [condition(tree)]
    if any(isinstance(one, Said) and not one.in_raw for one in leaves(tree)):
        conditions = []
        for where, in_columns in ((is_in_columns(), True), (is_not_in_columns(), False)):
            asked = condition(tree, in_columns=in_columns)
            conditions.append(
                Condition(f"{where.sql} AND {asked.sql}", (*where.values, *asked.values))
            )
    selects = [f"SELECT * FROM {table} WHERE {one.sql}" for one in conditions]  # noqa: S608
    bound = [value for one in conditions for value in (*values, *one.values)]
    return f"({' UNION ALL BY NAME '.join(selects)})", bound


def _read(column: str) -> str:
    # As numbers: else a library would be needed that knows zones.
    name = quoted(column)
    return f"epoch_us({name})" if column in {"time", "received"} else name


def _reads_much(leaf: object) -> bool:
    """Whether a condition has the raw form read, which is most of the table."""
    if isinstance(leaf, Said):
        return True
    return isinstance(leaf, OneOf | Like | Within) and not leaf.field.column


def _spans(day: date, within: Reach, *, in_spans: bool) -> Iterator[tuple[int, int]]:
    """A day's times within bounds: the whole, or its last hours first."""
    low = max(first_of(day), first_of(day) if within.low is None else within.low)
    high = min(last_of(day), last_of(day) if within.high is None else within.high)
    for hours in _SPANS if in_spans else ():
        begins = high - hours * _HOUR + 1
        if begins <= low:
            break
        yield begins, high
        high = begins - 1
    if low <= high:
        yield low, high


def _within(limit: int, most: int) -> int:
    if not 1 <= limit <= most:
        msg = f"the limit is from 1 to {most}, and was {limit}"
        raise ValueError(msg)
    return limit
