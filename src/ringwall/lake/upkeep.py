"""What is done to the table by and by: old events go, small files become large ones.

Only the collector does it, between its turns: it alone writes the table.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from deltalake import DeltaTable

from ringwall.lake.going import Gone, all_gone, keep_gone
from ringwall.lake.holds import Hold, read_holds
from ringwall.lake.own import Act, log_event
from ringwall.lake.ranges import Range, joined, ranges_of, whole_blocks
from ringwall.lake.retention import KeptFor
from ringwall.lake.snapshot import File, files_of
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.tables import WRITER, Events, connect
from ringwall.runtime.private_files import write_private

_FILES_OF_A_DAY: Final = 8
"""So many files of one partition become fewer."""
_LARGEST: Final = 512 * 1024 * 1024
"""Bytes of a file of the table."""
_HOUR: Final = 1
"""Hours that files stay which the table has left, for whoever is reading them."""
_TILE: Final = 256
_OF_DUCKDB: Final = ("TIMESTAMPTZ '", "'")
_OF_DELTA: Final = ("arrow_cast('", "', 'Timestamp(Microsecond, Some(\"UTC\"))')")
"""What stands around a moment, so that each engine compares it with the column's."""
_VOUCHES: Final = "(source = 'log' AND class_uid = 1008 AND activity_id = 2)"
"""What tells that events went stays: else they would be missing without a word."""
_AGED: Final = "aged"
"""Below the log: the time by which ages were counted last."""


class Prunable(Protocol):
    """A tree that gives up hashes that no proof needs any more."""

    def prune(self, first: int, end: int) -> int:
        """Forget what is only needed for leaves of this range; how many tiles went."""


def expire(
    events: Events,
    log: Path,
    *,
    retention: KeptFor,
    now: datetime,
    accept: Callable[[Sequence[Accepted]], None],
) -> Gone | None:
    """Delete what is older than it is kept and is not held; what went.

    ``accept`` takes the event that says so, durably, before anything goes. ``ValueError`` where the
    holds cannot be read: then nothing goes.
    """
    table = events.table()
    if table is None:
        return None
    holds, aged = read_holds(log), _aged(log, now)
    old = [one for one in files_of(table) if is_over(one, retention, aged)]
    kept = " OR ".join([_VOUCHES, *(f"({hold.condition()})" for hold in holds)])
    partitions = [
        _Over(events, one, files, came=_came(retention, one[1], aged), kept=kept)
        for one, files in sorted(_by_partition(old).items())
    ]
    ranges = joined(*(one.ranges for one in partitions))
    if not ranges:
        return None
    gone = keep_gone(log, "retention", ranges)
    about = {"reason": "retention", "sha256": gone.digest, "events": gone.count}
    days = [one.day for one in partitions if one.ranges]
    message = f"{gone.count} events of {days[0]} to {days[-1]} went: they were kept long enough"
    micros = int(now.timestamp() * 1_000_000)
    accept([log_event(Act.DELETE, message, now=micros, by="retention", about=about)])
    for one in partitions:
        if one.ranges:
            table.delete(one.predicate)
    return gone


def _aged(log: Path, now: datetime) -> datetime:
    """The time by which ages count: the clock's, or a day after that of the last run.

    A clock that is set years ahead for a while lets a day's events go, not years'.
    """
    mark = log / _AGED
    try:
        before = datetime.fromisoformat(mark.read_text("ascii"))
    except (OSError, ValueError):
        before = now
    found = min(now, before + timedelta(days=1))
    write_private(mark, found.isoformat().encode())
    return found


class _Over:
    """A partition whose day is over, and what of it goes: what nobody holds and came long ago.

    What came lately is new whatever its own clock said.
    """

    def __init__(
        self,
        events: Events,
        partition: tuple[date, int],
        files: list[File],
        *,
        came: str,
        kept: str,
    ) -> None:
        self.day, class_uid = partition
        free = f"NOT coalesce({kept}, false)"
        self.ranges = _ranges(events, files, f"{free} AND {came.format(*_OF_DUCKDB)}")
        is_all = sum(end - first for first, end in self.ranges) == _count(events, files)
        # Whole partitions go without a look into their files.
        rest = "" if is_all else f" AND {free} AND {came.format(*_OF_DELTA)}"
        self.predicate = f"day = '{self.day.isoformat()}' AND class_uid = {class_uid}{rest}"


def _by_partition(files: Sequence[File]) -> dict[tuple[date, int], list[File]]:
    found: dict[tuple[date, int], list[File]] = {}
    for one in files:
        found.setdefault((one.day, one.class_uid), []).append(one)
    return found


def _kept(retention: KeptFor, class_uid: int) -> timedelta:
    """For how long the first events of a class are kept that go."""
    seconds = retention.seconds(class_uid // 1000)
    return timedelta(seconds=min(seconds, retention.quarantine) if class_uid == 0 else seconds)


def _came(retention: KeptFor, class_uid: int, aged: datetime) -> str:
    """The condition of what came so long ago that it goes, with ``{0}`` and ``{1}`` around moments.

    What was put aside is of class 0 and has a time of its own.
    """

    def before(seconds: float) -> str:
        return f"received < {{0}}{(aged - timedelta(seconds=seconds)).isoformat()}{{1}}"

    of_class = before(retention.seconds(class_uid // 1000))
    if class_uid != 0:
        return of_class
    aside = before(retention.quarantine)
    return f"CASE WHEN source = 'quarantine' THEN {aside} ELSE {of_class} END"


def _count(events: Events, files: Sequence[File]) -> int:
    names = ", ".join("'" + one.uri.replace("'", "''") + "'" for one in files)
    with events.reach(connect()) as database:
        found = database.execute(f"SELECT count(*) FROM read_parquet([{names}])").fetchall()
    return int(found[0][0])


def is_over(file: File, retention: KeptFor, now: datetime) -> bool:
    """Whether all of a day's events were kept as long as those of their category are."""
    kept = _kept(retention, file.class_uid)
    end_of_day = datetime.combine(file.day, datetime.min.time(), UTC) + timedelta(days=1)
    return end_of_day + kept < now


def prune(tree: Prunable, log: Path) -> list[Range]:
    """Have the tree forget what only events that went had needed; which ranges those are."""
    ranges = joined(*(gone.ranges for gone in all_gone(log)))
    blocks = list(whole_blocks(ranges, _TILE))
    for first, end in blocks:
        tree.prune(first, end)
    return blocks


def compact(events: Events, *, today: date) -> int:
    """Make few files of the many of a day that is over; how many went."""
    table = events.table()
    if table is None:
        return 0
    counts: dict[tuple[date, int], int] = {}
    for one in files_of(table):
        counts[one.day, one.class_uid] = counts.get((one.day, one.class_uid), 0) + 1
    removed = 0
    for (day, class_uid), count in sorted(counts.items()):
        if count >= (2 if day < today else _FILES_OF_A_DAY):
            removed += _compact(table, day, class_uid)
    return removed


def _compact(table: DeltaTable, day: date, class_uid: int) -> int:
    metrics = table.optimize.compact(
        partition_filters=[("day", "=", day.isoformat()), ("class_uid", "=", str(class_uid))],
        target_size=_LARGEST,
        writer_properties=WRITER,
    )
    return int(metrics["numFilesRemoved"])


def clean(events: Events, *, hours: int = _HOUR) -> int:
    """Delete files that the table has left; how many."""
    table = events.table()
    if table is None:
        return 0
    table.create_checkpoint()
    events.sync()
    table.cleanup_metadata()
    return events.vacuum(hours)


def _ranges(events: Events, files: Sequence[File], condition: str) -> list[Range]:
    if not files:
        return []
    names = ", ".join("'" + one.uri.replace("'", "''") + "'" for one in files)
    query = (
        f"SELECT index FROM read_parquet([{names}], hive_partitioning=true,"
        " hive_types={'day': DATE, 'class_uid': INTEGER})"
        f" WHERE {condition} ORDER BY index"
    )
    with events.reach(connect()) as database:
        found = database.execute(query)
        return ranges_of(_indexes(found.fetchmany))


def _indexes(fetch: Callable[[int], list[tuple[int]]]) -> Iterator[int]:
    while rows := fetch(100_000):
        for (index,) in rows:
            yield index


def holding(hold: Hold) -> str:
    """What a hold says, as the log tells it."""
    parts = [
        f"{name} {value}"
        for name, value in (
            ("user", hold.user),
            ("tenant", hold.tenant),
            ("since", hold.since),
            ("until", hold.until),
        )
        if value is not None
    ]
    return f"{hold.name}: {', '.join(parts) or 'everything'} ({hold.reason})"
