"""Whether the events that are kept are those that were accepted: row by row against the tree.

What the tree itself says is judged by the ledger, against its signed checkpoint. Here each row is
made into its entry again and compared with its leaf, and its columns with what its raw form
comes to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import duckdb
import orjson

from ringwall.lake.canonical import sorted_json
from ringwall.lake.columns import TYPES, columns_of
from ringwall.lake.entries import entry, leaf_hash
from ringwall.lake.ranges import Range, holds
from ringwall.lake.sealing import parts_of, salt, seal
from ringwall.lake.snapshot import Snapshot

_AT_A_TIME: Final = 50_000
"""Rows."""


class Wrong(StrEnum):
    """What is wrong with an event."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    MISREPRESENTED = "shown otherwise than it was"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first event that is not as it was accepted."""

    index: int
    wrong: Wrong
    why: str


@dataclass(slots=True)
class Checked:
    """What came of it: how many events were compared, and how many went on purpose."""

    events: int = 0
    gone: int = 0
    fault: Fault | None = None


class Leaves(Protocol):
    """The tree's leaves."""

    @property
    def size(self) -> int:
        """How many it has."""

    def leaf_hashes(self, first: int, end: int) -> Sequence[bytes]:
        """Their hashes, from the first on; those of pruned tiles are no more there."""


KeyOf = Callable[[str], bytes | None]


def entry_of(row: Sequence[Any], key_of: KeyOf) -> bytes:
    """The entry of a row of :data:`ENTRY_COLUMNS`.

    ``LookupError`` where a subject has neither key nor seal.
    """
    index, received, source, kind, flags, personal, raw, kept = row
    seals: dict[str, str] = orjson.loads(kept) if kept else {}
    for subject, part in parts_of(personal).items() if personal else ():
        key = key_of(subject)
        if key is None:
            msg = f"the key of {subject} is not there"
            raise LookupError(msg)
        seals[subject] = seal(salt(key, index), part).decode()
    return entry(
        raw.encode(),
        kind=kind.encode(),
        received=received,
        seals=sorted_json(seals) if seals else b"",
        source=source.encode(),
        flags=(flags or "").encode(),
    )


ENTRY_COLUMNS: Final = "index, epoch_us(received), source, kind, flags, personal, raw, seals"
"""What :func:`entry_of` takes, of the table."""


def check_rows(
    snapshot: Snapshot,
    leaves: Leaves,
    *,
    key_of: KeyOf,
    gone: Sequence[Range],
    database: duckdb.DuckDBPyConnection,
    first: int = 0,
    end: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Checked:
    """Compare all rows from ``first`` up to ``end`` with the tree; the first fault ends it."""
    until = leaves.size if end is None else min(end, leaves.size)
    checked = Checked()
    found = database.execute(
        f"SELECT {ENTRY_COLUMNS} FROM ({snapshot.relation()}) WHERE index >= {first}"
        + (f" AND index < {end}" if end is not None else "")
        + " ORDER BY index"
    )
    expected = first
    while rows := found.fetchmany(_AT_A_TIME):
        hashes = _hashes(leaves, rows, until)
        for row in rows:
            index = row[0]
            fault = (
                _gap(expected, index, gone, checked)
                or _place(index, expected, until)
                or _content(row, hashes, key_of)
            )
            if fault is not None:
                checked.fault = _named(fault, leaves, row, key_of)
                return checked
            expected = index + 1
            checked.events += 1
        if progress is not None:
            progress(expected)
    checked.fault = _gap(expected, until, gone, checked)
    return checked


def is_as_accepted(row: Sequence[Any], leaves: Leaves, key_of: KeyOf) -> bool:
    """Whether one row of :data:`ENTRY_COLUMNS` is the event that the tree has at its index."""
    if not 0 <= row[0] < leaves.size:
        return False
    try:
        return leaves.leaf_hashes(row[0], row[0] + 1)[0] == leaf_hash(entry_of(row, key_of))
    except (LookupError, ValueError, AttributeError):
        return False


def check_columns(
    snapshot: Snapshot, *, database: duckdb.DuckDBPyConnection, index: int | None = None
) -> Fault | None:
    """The first event whose columns are not what its raw form comes to; only ``index`` if given."""
    only = "" if index is None else f" WHERE index = {index:d}"
    names = [name for name in TYPES if name not in {"raw", "personal", "seals", "index"}]
    differ = " OR ".join(f'a."{name}" IS DISTINCT FROM b."{name}"' for name in names)
    # Of a single event all files are asked at once, which have its number in their footers or not.
    asked = [(file,) for file in snapshot.files] if index is None else [snapshot.files]
    for files in filter(None, asked):
        one = Snapshot(files, (), snapshot.end)
        rows = (
            "SELECT index, epoch_us(received) AS received, source, kind, flags, personal, raw,"
            f" seals FROM ({one.relation()}){only}"
        )
        found = database.execute(
            f"SELECT min(a.index) FROM (FROM ({one.relation()}){only}) a LEFT JOIN"
            f" ({columns_of(f'({rows})')}) b USING (index) WHERE {differ}"
        ).fetchone()
        if found is not None and found[0] is not None:
            why = "its columns are not what its raw form comes to"
            return Fault(int(found[0]), Wrong.MISREPRESENTED, why)
    return None


def _hashes(leaves: Leaves, rows: Sequence[Any], until: int) -> dict[int, bytes]:
    low, high = rows[0][0], min(rows[-1][0] + 1, until)
    if low >= high or low < 0:
        return {}
    return dict(zip(range(low, high), leaves.leaf_hashes(low, high), strict=True))


def _gap(expected: int, index: int, gone: Sequence[Range], checked: Checked) -> Fault | None:
    for missing in range(expected, index):
        if not holds(gone, missing):
            return Fault(missing, Wrong.REMOVED, "it is not there, and nothing says why it went")
        checked.gone += 1
    return None


def _place(index: int, expected: int, until: int) -> Fault | None:
    if index < expected:
        return Fault(index, Wrong.INSERTED, "it is there twice")
    if index >= until:
        return Fault(index, Wrong.INSERTED, "the tree has no such leaf")
    return None


def _content(row: Sequence[Any], hashes: dict[int, bytes], key_of: KeyOf) -> Fault | None:
    try:
        found = leaf_hash(entry_of(row, key_of))
    except (LookupError, ValueError, AttributeError) as error:
        return Fault(row[0], Wrong.CHANGED, f"its entry cannot be made: {error}")
    if found != hashes.get(row[0]):
        return Fault(row[0], Wrong.CHANGED, "it is not what its leaf in the tree says")
    return None


def _named(fault: Fault, leaves: Leaves, row: Sequence[Any], key_of: KeyOf) -> Fault:
    """The fault, told as a reordering where the event is one that stands elsewhere."""
    if fault.wrong is not Wrong.CHANGED or leaves.size > _FOUND_AMONG:
        return fault
    for first in range(0, leaves.size, _AT_A_TIME):
        end = min(first + _AT_A_TIME, leaves.size)
        for index, leaf in enumerate(leaves.leaf_hashes(first, end), first):
            if index != row[0] and leaf == _hash_at(row, index, key_of):
                return Fault(row[0], Wrong.REORDERED, f"what stands there is event {index}")
    return fault


_FOUND_AMONG: Final = 1_000_000
"""Leaves in which an event that stands at the wrong place is looked for."""


def _hash_at(row: Sequence[Any], index: int, key_of: KeyOf) -> bytes | None:
    try:
        return leaf_hash(entry_of((index, *row[1:]), key_of))
    except (LookupError, ValueError, AttributeError):
        return None
