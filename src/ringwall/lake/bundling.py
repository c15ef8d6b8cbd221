"""A proof that stands for itself: an entry, what was sealed of it, and its way to the root."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from ringwall.lake.entries import leaf_hash
from ringwall.lake.places import Places
from ringwall.lake.sealing import parts_of, salt
from ringwall.lake.snapshot import snapshot
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import connect, events_of
from ringwall.lake.verifying import ENTRY_COLUMNS, entry_of
from ringwall.ledger.bundles import Bundle, Opening
from ringwall.ledger.public_keys import KEYS, shown_changes, shown_keys
from ringwall.ledger.published import Published


def bundle_of(
    places: Places,
    index: int,
    *,
    personal: bool = True,
    database: duckdb.DuckDBPyConnection | None = None,
) -> Bundle:
    """The proof of event ``index``, with what is personal in it or without.

    ``database`` is what the table is asked with, one of its own without it.
    ``LookupError`` where there is no such event, or no more, or it is not below a checkpoint yet;
    ``ValueError`` where it is not the one that was accepted: then nothing is proven of it;
    ``FileNotFoundError`` where files went meanwhile.
    """
    row = _row(places, index, database)
    if row is None:
        msg = f"there is no event {index}: it was kept long enough and went, or never was"
        raise LookupError(msg)
    published = Published(places.tree)
    if index >= published.size:
        msg = f"event {index} is not below a signed checkpoint yet: that takes two seconds"
        raise LookupError(msg)
    subjects = Subjects(places.subjects, writes=False)
    try:
        entry = entry_of(row, subjects.key)
        openings = _openings(row, subjects) if personal else {}
    except LookupError as error:
        if _row(places, index, database) != row:  # somebody was erased meanwhile, and their key
            raise FileNotFoundError(str(error)) from error
        raise
    finally:
        subjects.close()
    proof = published.prove(index, leaf_hash(entry))
    signers = published.note.verified(shown_keys(places.tree))
    if not signers:
        msg = f"none of the keys in {places.tree / KEYS} signed the checkpoint"
        raise ValueError(msg)
    named = next(key for key in shown_keys(places.tree) if signers[0].is_by(key))
    return Bundle(
        entry=entry.decode(),
        proof=proof,
        vkey=str(named),
        personal=openings,
        statements=tuple(shown_changes(places.tree)),
    )


def _row(places: Places, index: int, database: duckdb.DuckDBPyConnection | None) -> Any:
    events = events_of(places)
    found = snapshot(events, places.journal)
    with _asked_with(database) as asked:
        query = f"SELECT {ENTRY_COLUMNS} FROM ({found.relation()}) WHERE index = ?"
        return events.reach(asked).execute(query, [index]).fetchone()


@contextmanager
def _asked_with(
    database: duckdb.DuckDBPyConnection | None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    if database is not None:
        yield database
        return
    with connect() as own:
        yield own


def _openings(row: Any, subjects: Subjects) -> dict[str, Opening]:
    index, personal = row[0], row[5]
    found = {}
    for subject, part in parts_of(personal).items() if personal else ():
        key = subjects.key(subject)
        if key is not None:
            found[subject] = Opening(salt(key, index), part.decode())
    return found
