"""A proof that stands for itself: an entry, what was sealed of it, and its way to the root."""

from contextlib import closing
from typing import Any

import duckdb

from ringwall.lake.entries import leaf_hash
from ringwall.lake.entry_rows import entry_rows, with_their_keys
from ringwall.lake.places import Places
from ringwall.lake.sealing import parts_of, salt
from ringwall.lake.subjects import Subjects
from ringwall.lake.verifying import entry_of
from ringwall.ledger.bundles import Bundle, Opening
from ringwall.ledger.public_keys import KEYS, shown_changes, shown_keys
from ringwall.ledger.published import Published


def bundle_of(
    places: Places,
    index: int,
    *,
    personal: bool = True,
    database: duckdb.DuckDBPyConnection,
) -> Bundle:
    """The proof of event ``index``, with what is personal in it or without.

    ``database`` is what the table is asked with.
    ``LookupError`` where there is no such event, or no more, or it is not below a checkpoint yet;
    ``ValueError`` where it is not the one that was accepted: then nothing is proven of it;
    ``FileNotFoundError`` where files went meanwhile.
    """
    rows = entry_rows(places, index, index + 1, database)
    if not rows:
        msg = f"there is no event {index}: it was kept long enough and went, or never was"
        raise LookupError(msg)
    published = Published(places.tree)
    if index >= published.size:
        msg = f"event {index} is not below a signed checkpoint yet: that takes two seconds"
        raise LookupError(msg)
    subjects = Subjects(places.subjects, writes=False)
    with closing(subjects), with_their_keys(rows, places, index, index + 1, database):
        entry = entry_of(rows[0], subjects.key)
        openings = _openings(rows[0], subjects) if personal else {}
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


def _openings(row: Any, subjects: Subjects) -> dict[str, Opening]:
    index, personal = row[0], row[5]
    found = {}
    for subject, part in parts_of(personal).items() if personal else ():
        key = subjects.key(subject)
        if key is not None:
            found[subject] = Opening(salt(key, index), part.decode())
    return found
