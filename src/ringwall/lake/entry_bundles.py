"""Entries for whoever mirrors the log (C2SP tlog-tiles, "Log entries"), made of the table."""

from typing import Any, Final

import duckdb

from ringwall.lake.places import Places
from ringwall.lake.snapshot import snapshot
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import events_of
from ringwall.lake.verifying import ENTRY_COLUMNS, entry_of
from ringwall.ledger.published import Published
from ringwall.ledger.tiles import WIDTH

_LENGTH: Final = 2
"""Bytes before each entry that say how long it is, the more significant first."""


def entry_bundle(
    places: Places, index: int, width: int, *, database: duckdb.DuckDBPyConnection
) -> bytes:
    """The first ``width`` entries of the ``index``-th 256, each with its length before it.

    ``LookupError`` where one of them went with its time, or is not below a checkpoint yet;
    ``FileNotFoundError`` where there is no checkpoint, or files went meanwhile. Nothing personal is
    in an entry.
    """
    first = index * WIDTH
    end = first + width
    if end > Published(places.tree).size:
        msg = f"the newest checkpoint has no entry {end - 1}"
        raise LookupError(msg)
    rows = _rows(places, first, end, database)
    if [row[0] for row in rows] != list(range(first, end)):
        msg = f"not all of the entries {first} to {end - 1} are kept any more"
        raise LookupError(msg)
    subjects = Subjects(places.subjects, writes=False)
    try:
        entries = [entry_of(row, subjects.key) for row in rows]
    except LookupError as error:
        if _rows(places, first, end, database) != rows:  # somebody was erased, and their key
            raise FileNotFoundError(str(error)) from error
        raise
    finally:
        subjects.close()
    return b"".join(len(one).to_bytes(_LENGTH, "big") + one for one in entries)


def _rows(
    places: Places, first: int, end: int, database: duckdb.DuckDBPyConnection
) -> list[tuple[Any, ...]]:
    events = events_of(places)
    found = snapshot(events, places.journal)
    events.reach(database)
    return database.execute(
        f"SELECT {ENTRY_COLUMNS} FROM ({found.relation()}) WHERE index >= ? AND index < ?"
        " ORDER BY index",
        [first, end],
    ).fetchall()
