"""What the edge recorded, by the order in which it is in the log.

Read in spans of so many events, each sorted by itself: memory is bounded however long the log is.
Files that go meanwhile, as they do when rows go into the table or a person is erased, do no harm:
reading goes on with the next event, by what there is then.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import orjson

from ringwall.lake.journal import Batch, Journal, Row
from ringwall.lake.places import Places
from ringwall.lake.reaching import again, as_meant
from ringwall.lake.search.connecting import connect
from ringwall.lake.snapshot import File, snapshot
from ringwall.lake.so_far import Upto
from ringwall.lake.tables import Events, events_of

EDGE_KIND: Final = "edge/1"
_CLASSES: Final = frozenset({4002, 0})
"""Of requests, and of what was put aside."""
_WIDTH: Final = 16_384
_AT_ONCE: Final = 30_000
"""Events of a span, about."""
_FETCHED: Final = 2_000
_TRIES: Final = 5
_WHERE: Final = f"(kind = '{EDGE_KIND}' OR source = 'quarantine')"


class Recorded(NamedTuple):
    """A request, or a line that is none and was put aside: then ``is_request`` is false.

    ``leaf`` is its index in the tree, which is the event's id. ``address`` is the client's;
    ``None`` where it was erased, or never known.
    """

    leaf: int
    is_request: bool
    raw: str
    address: str | None


def recorded(places: Places, until: Upto, *, since: datetime) -> Iterator[Recorded]:
    """What was recorded since a time, in the order of the log.

    ``duckdb.Error`` or ``OSError`` where files cannot be read that ought to be there.
    """
    begin, tries, since = 0, 0, since.astimezone(UTC)
    while True:
        try:
            with as_meant():
                for one in _once(places, begin, until.end, since):
                    begin, tries = one.leaf + 1, 0
                    yield one
        except (duckdb.IOException, FileNotFoundError):
            tries += 1
            if tries == _TRIES:
                raise
        else:
            return


def by_name(places: Places, until: Upto, name: str, *, since: datetime) -> Recorded | None:
    """The first request since a time that was answered with this id."""
    since = since.astimezone(UTC)

    def look() -> Recorded | None:
        batches = Journal(places.journal).batches()
        events = events_of(places)
        found = snapshot(events, places.journal)
        files = [
            one.uri for one in found.files if one.class_uid == 4002 and one.day >= since.date()
        ]
        if files:
            micros = int(since.timestamp() * 1_000_000)
            with events.reach(connect(threads=1)) as database:
                row = database.execute(
                    f"SELECT index, true, raw, src_ip FROM {named(files)}"
                    f" WHERE kind = '{EDGE_KIND}' AND uid = ? AND index < {until.end}"
                    f" AND time >= make_timestamptz({micros}) ORDER BY index LIMIT 1",
                    [name],
                ).fetchone()
            if row is not None:
                return Recorded._make(row)
        for one in _all_waiting(batches, found.end, until.end):
            if one.is_request and orjson.loads(one.raw).get("request_id") == name:
                return one
        return None

    return again(look)


def first_ended(places: Places, until: Upto) -> tuple[datetime | None, datetime | None]:
    """When the first request of somebody known ended that the log has, and of anybody else."""

    def look() -> tuple[datetime | None, datetime | None]:
        batches = Journal(places.journal).batches()
        events = events_of(places)
        found = snapshot(events, places.journal)
        known: datetime | None = None
        others: datetime | None = None
        with events.reach(connect(threads=1)) as database:
            for day in reversed(found.days):
                files = [o.uri for o in found.files if o.class_uid == 4002 and o.day == day]
                if files and (known is None or others is None):
                    ended = "time + to_milliseconds(COALESCE(duration_ms, 0))"
                    first = database.execute(
                        f"SELECT arg_min({ended}, index) FILTER (actor_user_uid IS NOT NULL),"
                        f" arg_min({ended}, index) FILTER (actor_user_uid IS NULL)"
                        f" FROM {named(files)} WHERE kind = '{EDGE_KIND}'"
                    ).fetchone() or (None, None)
                    known, others = known or first[0], others or first[1]
        for one in _all_waiting(batches, found.end, until.end):
            if known is not None and others is not None:
                break
            if one.is_request:
                told = orjson.loads(one.raw)
                at = datetime.fromisoformat(told["time"])
                ended_at = at + timedelta(milliseconds=told.get("ms") or 0)
                if told.get("user") is None:
                    others = others or ended_at
                else:
                    known = known or ended_at
        return known, others

    return again(look)


def named(names: Sequence[str]) -> str:
    """A relation (SQL) of files of the table, with the file of each row as ``filename``."""
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in names)
    return (
        f"read_parquet([{listed}], filename=true, hive_partitioning=true,"
        " hive_types={'day': DATE, 'class_uid': INTEGER})"
    )


def _once(places: Places, begin: int, end: int, since: datetime) -> Iterator[Recorded]:
    batches = Journal(places.journal).batches()
    events = events_of(places)
    found = snapshot(events, places.journal)
    files = [one for one in found.files if one.class_uid in _CLASSES and one.day >= since.date()]
    if files and begin < found.end:
        yield from _stored(events, files, begin, min(end, found.end), since)
    yield from _all_waiting(batches, max(begin, found.end), end)


def _stored(
    events: Events, files: Sequence[File], begin: int, end: int, since: datetime
) -> Iterator[Recorded]:
    micros = int(since.timestamp() * 1_000_000)
    with events.reach(connect(threads=1)) as database:
        spans = database.execute(
            f"SELECT index // {_WIDTH} AS span, list(DISTINCT filename), count(*)"
            f" FROM {named([one.uri for one in files])} WHERE {_WHERE} AND index >= {begin}"
            f" AND index < {end} AND time >= make_timestamptz({micros})"
            " GROUP BY span ORDER BY span"
        ).fetchall()
        for first, last, names in _joined(spans):
            rows = database.execute(
                f"SELECT index, kind = '{EDGE_KIND}', raw, src_ip FROM {named(names)}"
                f" WHERE {_WHERE} AND index >= {max(begin, first * _WIDTH)}"
                f" AND index < {min(end, (last + 1) * _WIDTH)}"
                f" AND time >= make_timestamptz({micros}) ORDER BY index"
            )
            while some := rows.fetchmany(_FETCHED):
                yield from map(Recorded._make, some)


def _joined(spans: Sequence[tuple[int, list[str], int]]) -> Iterator[tuple[int, int, list[str]]]:
    """The first and the last of spans that are read at once, and the files they are in."""
    first, last, count, names = -1, -1, 0, set[str]()
    for span, files, events in spans:
        if count and count + events > _AT_ONCE:
            yield first, last, sorted(names)
            count, names = 0, set()
        first = first if count else span
        last, count = span, count + events
        names.update(files)
    if count:
        yield first, last, sorted(names)


def _all_waiting(batches: Sequence[Batch], begin: int, end: int) -> Iterator[Recorded]:
    """What the journal has from an index on."""
    for batch in batches:
        if not batch.count or batch.end <= begin or batch.first >= end:
            continue
        for row in batch.rows():
            if row.leaf >= begin and (one := _recorded_of(row)) is not None:
                yield one


def _recorded_of(row: Row) -> Recorded | None:
    """What a row of the journal tells of a request, if it does."""
    if row.kind == EDGE_KIND.encode():
        address = None
        for part in orjson.loads(row.personal).values() if row.personal else ():
            address = part.get("client")
        if not row.personal:
            address = orjson.loads(row.raw).get("client")
        return Recorded(row.leaf, True, row.raw.decode(), address)
    if row.source == b"quarantine":
        return Recorded(row.leaf, False, row.raw.decode(), None)
    return None
