"""The table of events: Parquet files under Delta, which other engines read as they are.

A batch of the journal is written with an application transaction (Delta protocol, SetTransaction)
that says how far the table goes, in the same commit: it is there once, whenever this is killed.
"""

import logging
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import duckdb
from deltalake import (
    BloomFilterProperties,
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import TableNotFoundError

from ringwall.lake.bucket import Bucket, place_of, told_of, way_to
from ringwall.lake.columns import columns_of, of_journal
from ringwall.lake.journal import Batch
from ringwall.lake.lasting import begin, sync, sync_folders, take_back
from ringwall.lake.places import Places
from ringwall.runtime.private_files import private_folder

_log = logging.getLogger(__name__)

_APP: Final = "ringwall-collector"
_PARTITIONS: Final = ["day", "class_uid"]
_ROWS_OF_A_GROUP: Final = 131_072
_DIFFERENT: Final = 65_536
"""Different values that a group of rows is thought to have of such a column."""
_LOOKED_UP: Final = (
    "uid",
    "actor_user_uid",
    "actor_session_uid",
    "actor_credential_uid",
    "src_ip",
    "user_uid",
    "resource_uid",
)
"""Columns of which a search asks for one value that is in few groups of rows."""
_FILTERED: Final = ColumnProperties(
    bloom_filter_properties=BloomFilterProperties(True, fpp=0.02, ndv=_DIFFERENT)
)
WRITER: Final = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    max_row_group_size=_ROWS_OF_A_GROUP,
    # Small pages: a few whole rows are read out of a large file in 25 ms instead of 100 to 250.
    data_page_size_limit=256 * 1024,
    data_page_row_count_limit=2_000,
    write_batch_size=1_000,
    # By these a group without the value is passed over unread.
    column_properties=dict.fromkeys(_LOOKED_UP, _FILTERED),
)
"""How files are written that stay."""
_FRESH: Final = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    # A dictionary that takes time is of no use to values that are few and compressed.
    default_column_properties=ColumnProperties(dictionary_enabled=False),
)
"""How those are that become large ones in some minutes: what is quick."""

_CONFIGURATION: Final[Mapping[str, str | None]] = {
    "delta.dataSkippingStatsColumns": "index,time,received"
}
"""Of which columns Delta's log keeps the least and the largest value: of none that is personal."""

_LOOKED_BACK: Final = 1_000_000
"""So many events at most are looked through for names that sources gave."""


def connect(*, threads: int | None = None, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own, in memory, whose days are those of UTC.

    What there is no room for in memory lies in a folder that nobody else can read, until it closes.
    """
    settings: dict[str, Any] = {"memory_limit": memory, "temp_directory": _spill()}
    if threads is not None:
        settings["threads"] = threads
    database = duckdb.connect(config=settings)
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET enable_progress_bar = false")  # it is drawn into what processes say
    return database


def _spill() -> str:
    """A place for one connection; none where there is no folder that is ours alone."""
    try:
        folder = private_folder(Path(tempfile.gettempdir()) / f"ringwall-{os.getuid()}")
    except OSError:
        return ""
    return str(folder / f"spill-{secrets.token_hex(8)}")


class Events:
    """The table at ``uri``: a folder, or what lies in a ``bucket`` then.

    One writer, in one thread. Between calls it keeps open a database without tables, no file. What
    a bucket answers is told by :class:`~ringwall.lake.bucket.BucketError`.
    """

    def __init__(self, uri: str | Path, bucket: Bucket | None = None) -> None:
        self._uri, self._bucket = str(uri), bucket
        self._end: int | None = None
        self._database: duckdb.DuckDBPyConnection | None = None

    def table(self) -> DeltaTable | None:
        """The table as it is now; ``None`` where nothing was written yet."""
        try:
            with self.told():
                return DeltaTable(self._uri, storage_options=self._options())
        except TableNotFoundError:
            return None

    def reach(
        self, database: duckdb.DuckDBPyConnection, only: Collection[str] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Have a database read files of this table, ``only`` these if they are given; itself."""
        if self._bucket is not None:
            from ringwall.lake.bucket_files import reach  # noqa: PLC0415 - an extra

            reach(database, self._bucket, only)
        return database

    @property
    def known_end(self) -> int | None:
        """The same as ``end``; ``None`` where it would have to be asked for from far away."""
        return self.end

    @property
    def end(self) -> int:
        """The index of the first event that is not in it."""
        if self._end is None:
            found = self.table()
            self._end = 0 if found is None else self.end_of(found)
        return self._end

    @staticmethod
    def end_of(table: DeltaTable) -> int:
        """The same of a table that was opened."""
        return table.transaction_version(_APP) or 0

    def append(self, batches: Sequence[Batch]) -> None:
        """Take the events of batches, durably; those that are in it already are left out."""
        try:
            with self.told():
                self._append(batches)
        except BaseException:
            # Whether it was committed is seen the next time: an answer may have been lost.
            self._end = None
            raise

    def _append(self, batches: Sequence[Batch]) -> None:
        # What is committed follows the version that was looked at, or is refused: so nothing that
        # became of an earlier try meanwhile is there twice.
        table = self.table()
        end = self._end = 0 if table is None else self.end_of(table)
        new = [batch for batch in batches if batch.end > end]
        if not new:
            return
        if new[0].first > end:
            msg = f"events {end} to {new[0].first - 1} are missing before the batch"
            raise ValueError(msg)
        until = new[-1].end
        files = [str(batch.path) for batch in new]
        rows = of_journal(files)
        if new[0].first < end:
            rows = f"(SELECT * FROM {rows} WHERE index >= {end})"
        self._database = database = self._database or connect()
        query = columns_of(rows, frozenset().union(*(batch.kinds for batch in new)))
        write_deltalake(
            table or self._begun(database, query),
            database.sql(query),
            mode="append",
            partition_by=_PARTITIONS,
            storage_options=self._options(),
            writer_properties=_FRESH,
            # Nobody else writes: a version that is there already is this batch, or a mistake.
            commit_properties=CommitProperties(
                app_transactions=[Transaction(_APP, until)], max_commit_retries=0
            ),
        )
        self.sync()
        self._end = until

    def sync(self) -> None:
        """Have it on the disk for good as it is now, where it lies in a folder.

        What a bucket acknowledges it keeps.
        """
        table = None if self._bucket is not None else self.table()
        if table is not None:
            sync(Path(self._uri), self.end_of(table))

    def vacuum(self, hours: int) -> int:
        """Delete files that it left so many hours ago, once what stands for them lasts; how many.

        Those too that a killed writer never put into it. They are gone for good when this returns.
        """
        self.sync()
        table = self.table()
        if table is None:
            return 0
        gone = table.vacuum(hours, dry_run=False, enforce_retention_duration=False, full=True)
        if self._bucket is None:
            folder = Path(self._uri)
            sync_folders(folder, [folder / unquote(one) for one in gone])
        return len(gone)

    def recover(self, first: int) -> None:
        """After a power cut take back what may be broken; ``first`` is where the journal begins.

        Called before anything else, by the one who writes.
        """
        if self._bucket is None and (taken := take_back(Path(self._uri), first)):
            self._end = None
            _log.info("%d versions of the table were not on the disk: they are made anew", taken)

    def names(self, most: int) -> list[tuple[bytes, str]]:
        """Sources and their names of events (``metadata.uid``): the last of them, oldest first."""
        table = self.table()
        if table is None:
            return []
        begin = self.end_of(table) - _LOOKED_BACK
        told = table.get_add_actions(flatten=True)
        paths, ends = (told.column(name).to_pylist() for name in ("path", "max.index"))
        before = {path for path, end in zip(paths, ends, strict=True) if (end or begin) < begin}
        files = [uri for uri in table.file_uris() if uri[uri.rfind("/day=") + 1 :] not in before]
        if not files:
            return []
        with self.reach(connect()) as database:
            rows = database.execute(
                "SELECT source, uid FROM (SELECT index, source, uid FROM read_parquet($files)"
                " WHERE kind = 'ocsf/1' AND uid IS NOT NULL AND index >= $begin"
                " ORDER BY index DESC LIMIT $most) ORDER BY index",
                {"files": files, "begin": begin, "most": most},
            ).fetchall()
        return [(source.encode(), uid) for source, uid in rows]

    def _begun(self, database: duckdb.DuckDBPyConnection, query: str) -> DeltaTable:
        """A new table without rows."""
        if self._bucket is None:
            begin(Path(self._uri))
        write_deltalake(
            self._uri,
            database.sql(f"SELECT * FROM ({query}) LIMIT 0"),
            mode="error",
            partition_by=_PARTITIONS,
            configuration=_CONFIGURATION,
            storage_options=self._options(),
        )
        return DeltaTable(self._uri, storage_options=self._options())

    def _options(self) -> dict[str, str] | None:
        return None if self._bucket is None else self._bucket.options()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell what a bucket says to what is done to the table by :class:`BucketError`."""
        if self._bucket is None:
            yield
            return
        with told_of(self._bucket):
            yield


def events_of(places: Places) -> Events:
    """The table of a log, for whoever reads it; ``BucketError`` where it cannot be reached.

    Where a copy of a log folder has a table, that is meant.
    """
    place = place_of(places.log)
    if place is None or (places.copy is not None and places.events.is_dir()):
        return Events(places.events)
    bucket = way_to(places.log, place)
    return Events(bucket.place.uri, bucket)
