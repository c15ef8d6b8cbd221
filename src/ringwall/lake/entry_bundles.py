"""Entries for whoever mirrors the log (C2SP tlog-tiles, "Log entries"), made of the table."""

from contextlib import closing
from typing import Final

import duckdb

from ringwall.lake.entry_rows import entry_rows, with_their_keys
from ringwall.lake.places import Places
from ringwall.lake.subjects import Subjects
from ringwall.lake.verifying import entry_of
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
    rows = entry_rows(places, first, end, database)
    if [row[0] for row in rows] != list(range(first, end)):
        msg = f"not all of the entries {first} to {end - 1} are kept any more"
        raise LookupError(msg)
    subjects = Subjects(places.subjects, writes=False)
    with closing(subjects), with_their_keys(rows, places, first, end, database):
        entries = [entry_of(row, subjects.key) for row in rows]
    return b"".join(len(one).to_bytes(_LENGTH, "big") + one for one in entries)
