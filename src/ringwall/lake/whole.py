"""The whole log, or a range of it, verified offline: signature, tree, rows, columns, in this order.

Each is judged by what was judged before it: the checkpoint by a public key, the tiles by the
checkpoint, the rows by the tiles, the lists of what went by events, the columns by the rows.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import orjson
from deltalake.exceptions import DeltaError

from ringwall.lake.bucket import BucketError
from ringwall.lake.going import Gone, all_gone
from ringwall.lake.places import Places
from ringwall.lake.ranges import Range, joined
from ringwall.lake.reaching import again
from ringwall.lake.snapshot import Snapshot, snapshot
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import Events, connect, events_of
from ringwall.lake.verifying import (
    ENTRY_COLUMNS,
    Fault,
    KeyOf,
    check_columns,
    check_rows,
    is_as_accepted,
)
from ringwall.ledger.auditing import State, audit
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.proving import PrunedError
from ringwall.ledger.public_keys import shown_changes, shown_keys
from ringwall.ledger.published import Published
from ringwall.ledger.statements import following

_SHOWN: Final = 5
_BROKEN: Final = (duckdb.Error, sqlite3.Error, OSError, ValueError, LookupError, TypeError)
"""What reading broken files raises."""


@dataclass(slots=True)
class Findings:
    """What came of it; it holds where nothing is in ``wrong`` and there is no ``fault``."""

    key_was_given: bool
    checkpoint: Checkpoint | None = None
    signer: str = ""
    events: int = 0
    gone: int = 0
    unproven: int = 0
    wrong: list[str] = field(default_factory=list)
    fault: Fault | None = None

    @property
    def holds(self) -> bool:
        """Whether all that was looked at is as it was accepted."""
        return not self.wrong and self.fault is None

    def to_json(self) -> dict[str, Any]:
        """The same for programs."""
        fault = self.fault
        return {
            "holds": self.holds,
            "origin": None if self.checkpoint is None else self.checkpoint.origin,
            "size": None if self.checkpoint is None else self.checkpoint.size,
            "events": self.events,
            "gone": self.gone,
            "unproven": self.unproven,
            "key_was_given": self.key_was_given,
            "wrong": self.wrong,
            "first": None
            if fault is None
            else {"event": fault.index, "wrong": str(fault.wrong), "why": fault.why},
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """The same for people: a sentence and its style."""
        if self.checkpoint is not None and self.signer:
            yield f"{self.checkpoint.origin}: {self.checkpoint.size:,} events, signed", "bold"
        for one in self.wrong[:_SHOWN]:
            yield one, "red"
        if len(self.wrong) > _SHOWN:
            yield f"and {len(self.wrong) - _SHOWN} more, which --json tells", "red"
        if self.fault is not None:
            yield f"event {self.fault.index} was {self.fault.wrong}: {self.fault.why}", "red"
        if self.holds:
            gone = f"; {self.gone:,} went as retention says" if self.gone else ""
            yield f"{self.events:,} events are as they were accepted{gone}", "green"
        if self.unproven:
            yield f"{self.unproven:,} events are not below a checkpoint yet, so not verified", ""


class _Asked(NamedTuple):
    """Which events are to be verified: from ``first`` to before ``end``, or to the last."""

    first: int
    end: int | None

    def until(self, size: int) -> int:
        """Where they end in a tree of so many."""
        return size if self.end is None else min(self.end, size)


def verify_log(
    log: Path,
    *,
    keys: Sequence[VerifierKey] = (),
    first: int = 0,
    end: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Findings:
    """Verify a log folder, the events from ``first`` to before ``end``.

    ``keys`` are those that are trusted; without any those beside the tree. Nothing is written.
    :class:`BucketError` where the table lies in a bucket that does not give it.
    """
    places = Places(log.parent, log.parent, log)
    findings = Findings(key_was_given=bool(keys))
    try:
        published = Published(places.tree)
        trusted = following(keys or shown_keys(places.tree), shown_changes(places.tree))
        signers = published.note.verified(list(trusted))
    except (FileNotFoundError, ValueError) as error:
        findings.wrong.append(str(error))
        return findings
    findings.checkpoint = published.checkpoint
    if not any(one.name == published.checkpoint.origin for one in signers):
        findings.wrong.append("no key that is trusted signed the checkpoint")
        return findings
    findings.signer = signers[0].name
    findings.wrong += [
        f"tile {one.tile}: {one.why}"
        for one in audit(places.tree, published.checkpoint)
        if one.state is not State.PRUNED
    ]
    if findings.wrong:
        return findings
    if published.size == 0:
        findings.wrong.append("the checkpoint is of a log without events: nothing was verified")
        return findings
    try:
        again(lambda: _rows(places, published, findings, _Asked(first, end), progress))
    except BucketError:
        raise  # it could not be looked at, which says nothing of what it is like
    except _BROKEN as error:
        findings.wrong.append(f"it cannot be read as it should: {_sentence(error, log)}")
    return findings


def _sentence(error: Exception, log: Path) -> str:
    """What a library says of a broken file, without what only its developers understand."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, sqlite3.Error):
        return f"{Places(log.parent, log.parent, log).subjects}: {first}"
    return first if str(log) in first else f"{log}: {first}"


def _rows(
    places: Places,
    published: Published,
    findings: Findings,
    asked: _Asked,
    progress: Callable[[int, int], None],
) -> None:
    findings.events = findings.gone = findings.unproven = 0  # it may be done again
    events = events_of(places)
    found = _snapshot(events, places)
    until = asked.until(published.size)
    if asked.first >= until > 0:
        findings.wrong.append(
            f"no event from {asked.first} to before {until} is there to be verified"
        )
        return
    try:
        _compare(places, published, found, findings, asked, progress=progress)
    except PrunedError as error:
        _require_there(events, places, found, str(error))
        raise
    if findings.fault is not None:
        _require_there(events, places, found, findings.fault.why)


def _require_there(events: Events, places: Places, found: Snapshot, why: str) -> None:
    """Have another look taken where files that were read are no more of the table by now.

    Of a person who is erased meanwhile the key is gone, and of what was kept long enough the
    hashes, before the files are read that still have it.
    """
    if not set(found.files) <= set(_snapshot(events, places).files):
        raise FileNotFoundError(why)


def _compare(
    places: Places,
    published: Published,
    found: Snapshot,
    findings: Findings,
    asked: _Asked,
    *,
    progress: Callable[[int, int], None],
) -> None:
    until = asked.until(published.size)
    findings.fault = None
    with (
        closing(Subjects(places.subjects, writes=False)) as subjects,
        events_of(places).reach(connect()) as database,
    ):
        lists = all_gone(places.log)
        told = _told(found, published, subjects.key, database)
        checked = check_rows(
            found,
            published,
            key_of=subjects.key,
            gone=vouched(lists, told),
            database=database,
            first=asked.first,
            end=until,
            progress=lambda done: progress(done, until),
        )
        findings.events, findings.gone = checked.events, checked.gone
        findings.fault = checked.fault
        if asked.end is None:
            findings.unproven = _count(found, published.size, database)
        if findings.fault is None:
            findings.fault = check_columns(found, database=database)


def _snapshot(events: Events, places: Places) -> Snapshot:
    try:
        return snapshot(events, places.journal)
    except DeltaError as error:
        folder = places.events / "_delta_log"
        msg = _broken_step(folder) or f"{folder}: {str(error).strip().splitlines()[0]}"
        raise ValueError(msg) from error


def _broken_step(folder: Path) -> str | None:
    """Which step of Delta's log is none; the library says only that there is one."""
    for path in sorted(folder.glob("*.json")):
        lines = path.read_bytes().splitlines()
        for number, line in enumerate(lines or [b""], 1):
            try:
                orjson.loads(line)
            except ValueError:
                return f"{path}: line {number} is no JSON"
    return None


def _count(found: Snapshot, size: int, database: Any) -> int:
    query = f"SELECT count(*) FROM ({found.relation()}) WHERE index >= {size}"
    (count,) = database.execute(query).fetchone()
    return int(count)


def vouched(lists: Iterator[Gone], told: frozenset[str]) -> list[Range]:
    """Which events may be missing: those of lists whose hash an event of the log tells."""
    return joined(*(one.ranges for one in lists if one.digest in told))


def _told(found: Snapshot, published: Published, key_of: KeyOf, database: Any) -> frozenset[str]:
    """The hashes of lists that events of the collector's own tell (see :mod:`.going`).

    Only of events that the tree has: whoever can write files could write others beside them.
    """
    rows = database.execute(
        f"SELECT {ENTRY_COLUMNS} FROM ({found.relation(classes=[1008])})"
        " WHERE class_uid = 1008 AND source = 'log' AND activity_id = 2"
    ).fetchall()
    raws = [row[6] for row in rows if row[2] == "log" and is_as_accepted(row, published, key_of)]
    told = (orjson.loads(raw).get("unmapped", {}).get("sha256") for raw in raws)
    return frozenset(one for one in told if isinstance(one, str))
