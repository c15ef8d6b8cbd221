"""Write what a query finds in the form of another program, in order of time, however much it is."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb

from ringwall import __version__
from ringwall.lake.columns import TYPES
from ringwall.lake.exports.cef import Cef
from ringwall.lake.exports.comma_separated import CommaSeparated
from ringwall.lake.exports.formats import Format
from ringwall.lake.exports.ocsf_json import OcsfJson
from ringwall.lake.exports.parquet import write_parquet
from ringwall.lake.exports.syslog import Syslog
from ringwall.lake.ocsf import event_of
from ringwall.lake.places import Places
from ringwall.lake.reaching import again, as_meant, parts_of
from ringwall.lake.search.connecting import connect
from ringwall.lake.search.fields import BY_COLUMN
from ringwall.lake.search.language import Query
from ringwall.lake.search.moments import moment_of
from ringwall.lake.search.pruning import reach
from ringwall.lake.search.reading import asked_of
from ringwall.lake.search.tree import Span, Within
from ringwall.lake.tables import events_of

PARQUET: Final = "parquet"
FORMATS: Final = ("ocsf", "csv", "cef", "syslog", PARQUET)
_AT_A_TIME: Final = 10_000
_EVERYTHING: Final = 2**62
_NAMES: Final = tuple(TYPES)

Row = dict[str, Any]


def form_of(name: str) -> Format:
    """The format of lines by its name, one of :data:`FORMATS` but ``parquet``."""
    if name == "ocsf":
        return OcsfJson(event_of)
    if name == "csv":
        return CommaSeparated([one for one in _NAMES if one not in {"raw", "personal", "seals"}])
    if name == "cef":
        return Cef(__version__)
    return Syslog(event_of, host=socket.gethostname())


def export(
    places: Places,
    query: Query,
    out: BinaryIO,
    form: Format,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write all that a query finds as lines; how many."""
    count = 0
    out.write(form.head())
    with as_meant(), events_of(places).reach(connect()) as connection:
        for row in rows_of(connection, places, query):
            out.write(form.line(row))
            count += 1
            if count % _AT_A_TIME == 0:
                progress(count)
    return count


def export_parquet(places: Places, query: Query, path: Path) -> int:
    """Write all that a query finds as one Parquet file; how many, without a file where none."""
    with as_meant(), events_of(places).reach(connect()) as connection:
        return write_parquet(connection, parts_of(places), query, path, limit=_EVERYTHING)


def rows_of(connection: duckdb.DuckDBPyConnection, places: Places, query: Query) -> Iterator[Row]:
    """All rows that a query finds, in order of time."""
    # All is read before the first comes, since they are sorted: files that go later do no harm.
    rows = again(lambda: _first_of(connection, places, query))
    while rows:
        yield from map(_row, rows)
        rows = connection.fetchmany(_AT_A_TIME)


def _first_of(
    connection: duckdb.DuckDBPyConnection, places: Places, query: Query
) -> list[tuple[Any, ...]]:
    within = reach(query.tree)
    parts = [] if within.is_empty else list(parts_of(places)(within))
    if not parts:
        return []
    table, values = asked_of(parts, query.tree)
    connection.execute(f"SELECT {_selected()} FROM {table} ORDER BY time, index", values)
    return connection.fetchmany(_AT_A_TIME)


def rows_from(places: Places, first: int, count: int) -> list[Row]:
    """At most so many events from an index on, in order of their index."""
    tree = Within(BY_COLUMN["index"], first, None, Span(0, 0))
    parts = list(parts_of(places)(reach(tree)))
    if not parts:
        return []
    table, values = asked_of(parts, tree)
    with events_of(places).reach(connect()) as connection:
        found = connection.execute(
            f"SELECT {_selected()} FROM {table} ORDER BY index LIMIT {count:d}", values
        )
        return [_row(row) for row in found.fetchall()]


def _selected() -> str:
    # Times as numbers: as moments they would need a library that knows zones.
    return ", ".join(
        f'epoch_us("{name}")' if name in {"time", "received"} else f'"{name}"' for name in _NAMES
    )


def _row(values: tuple[Any, ...]) -> Row:
    row = dict(zip(_NAMES, values, strict=True))
    row["time"], row["received"] = moment_of(row["time"]), moment_of(row["received"])
    return row
