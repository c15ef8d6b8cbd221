"""Rows of the table by their index, for whoever makes entries of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ringwall.lake.places import Places
from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import events_of
from ringwall.lake.verifying import ENTRY_COLUMNS

Rows = list[tuple[Any, ...]]
"""Of :data:`~ringwall.lake.verifying.ENTRY_COLUMNS`, in order of their index."""


def entry_rows(places: Places, first: int, end: int, database: duckdb.DuckDBPyConnection) -> Rows:
    """Those from ``first`` to before ``end`` that are kept."""
    events = events_of(places)
    found = snapshot(events, places.journal)
    return (
        events.reach(database)
        .execute(
            f"SELECT {ENTRY_COLUMNS} FROM ({found.relation()}) WHERE index >= ? AND index < ?"
            " ORDER BY index",
            [first, end],
        )
        .fetchall()
    )


@contextmanager
def with_their_keys(
    rows: Rows, places: Places, first: int, end: int, database: duckdb.DuckDBPyConnection
) -> Iterator[None]:
    """While keys are asked for by which rows were sealed.

    ``LookupError`` that one is missing becomes ``FileNotFoundError``, after which is looked again,
    where the rows are others by now: somebody was erased meanwhile.
    """
    try:
        yield
    except LookupError as error:
        if entry_rows(places, first, end, database) != rows:
            raise FileNotFoundError(str(error)) from error
        raise
