"""Erase a person: their key is destroyed, and with it what seals could tell; the tree stays.

The rows that have a part of theirs are written anew without it, with the seal in its place. The
seals are durable before the key goes, and the files that had the parts go at last: whenever this is
killed it can be done again, and then it is done.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from ringwall.lake.canonical import sorted_json
from ringwall.lake.columns import TYPES, columns_of
from ringwall.lake.evidence import drop_evidence, named_in
from ringwall.lake.own import Act, log_event
from ringwall.lake.sealing import parts_of, seals_of
from ringwall.lake.snapshot import File, files_of
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.tables import WRITER, Events, connect

_STAY: Final = frozenset({"index", "day", "class_uid", "time", "received", "kind", "source", "raw"})
"""The columns that no part is in; all others are made anew."""
_WRITTEN: Final = tuple(name for name in TYPES if name not in _STAY)
_AT_A_TIME: Final = 50_000
"""Rows."""


class Keys(Protocol):
    """The keys of persons; see :class:`~ringwall.lake.subjects.Subjects`."""

    def key(self, subject: str) -> bytes | None:
        """The key of a subject; ``None`` where there is none, or not any more."""

    def destroy(self, subject: str) -> bool:
        """Forget a key for good; whether there was one."""


def erase(
    subject: str,
    *,
    events: Events,
    log: Path,
    subjects: Keys,
    accept: Callable[[Sequence[Accepted]], None],
    now: int,
    by: str,
) -> int:
    """Erase what the table has of a subject; in how many events that was.

    What was put aside and names them goes whole. What waits in the journal must be in the table
    already. ``now`` is in microseconds since 1970.
    """
    table = events.table()
    count, names = 0, {subject}
    for file in [] if table is None else files_of(table):
        for rows in _rows(events, file, subject):
            names |= named_in([orjson.loads(row["personal"])[subject] for row in rows])
            _write(events, file, [_without(row, subject, subjects) for row in rows])
            count += len(rows)
    count += drop_evidence(names, events=events, log=log, accept=accept, now=now, by=by)
    left = events.table()
    if left is not None:  # also of an erasure before that was killed
        events.vacuum(0)
    subjects.destroy(subject)
    message = f"the personal parts of {count} events were erased for {subject}"
    about = {"reason": "erasure", "subject": subject, "events": count}
    accept([log_event(Act.DELETE, message, now=now, by=by, about=about)])
    return count


Row = dict[str, Any]


def _rows(events: Events, file: File, subject: str) -> Iterator[list[Row]]:
    columns = ("index", "received", "source", "kind", "flags", "personal", "raw", "seals")
    with events.reach(connect()) as database:
        found = database.execute(
            f"SELECT {', '.join(columns)} FROM read_parquet(?) WHERE list_contains("
            "json_keys(personal), ?)",
            [file.uri, subject],
        )
        rows = found.fetchall()
    for first in range(0, len(rows), _AT_A_TIME):
        yield [dict(zip(columns, row, strict=True)) for row in rows[first : first + _AT_A_TIME]]


def _without(row: Row, subject: str, subjects: Keys) -> Row:
    parts = parts_of(row["personal"])
    key = subjects.key(subject)
    if key is None:
        msg = f"the key of {subject} is gone, but event {row['index']} has a part of theirs"
        raise LookupError(msg)
    seals = orjson.loads(row["seals"]) if row["seals"] else {}
    seals |= orjson.loads(seals_of({subject: parts.pop(subject)}, row["index"], lambda _: key))
    left = {one: orjson.loads(part) for one, part in parts.items()}
    return {
        **row,
        "personal": sorted_json(left).decode() if left else None,
        "seals": sorted_json(seals).decode(),
        "received": int(row["received"].timestamp() * 1_000_000),
    }


def _write(events: Events, file: File, rows: Sequence[Row]) -> None:
    """Put rows into the place of those with their indexes; their columns are made anew."""
    table = events.table()
    if table is None:
        return
    types = {name: "BIGINT" if name in {"index", "received"} else "VARCHAR" for name in rows[0]}
    made = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    with connect() as database:
        database.execute(f"CREATE TABLE erased ({made})")
        database.executemany(
            f"INSERT INTO erased VALUES ({', '.join('?' * len(types))})",
            [[row[name] for name in types] for row in rows],
        )
        chosen = ", ".join(f'"{name}"' for name in ("index", *_WRITTEN))
        source = database.sql(f"SELECT {chosen} FROM ({columns_of('erased')})")
        table.merge(
            source,
            f"t.day = '{file.day.isoformat()}' AND t.class_uid = {file.class_uid}"
            " AND t.index = s.index",
            source_alias="s",
            target_alias="t",
            writer_properties=WRITER,
        ).when_matched_update({name: f"s.{name}" for name in _WRITTEN}).execute()
