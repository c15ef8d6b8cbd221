"""The log's table in a bucket of moto's server on this machine, beside the same in a folder.

How long what people ask takes, and one scan of three columns by each way there is to read them:
our own files over obstore, ``obstore.fsspec``, and Delta's own engine. The store is Python and
takes its part of the same processors; BENCH_EVENTS is how many events.
"""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deltalake import DeltaTable, QueryBuilder
from obstore.fsspec import FsspecStore
from tests.lake.logs import LogScene, append, edge_line
from tests.lake.store import store

from ringwall.lake.bucket import Bucket
from ringwall.lake.search.language import parse
from ringwall.lake.service import Log
from ringwall.lake.tables import connect, events_of

_EVENTS = int(os.environ.get("BENCH_EVENTS", "100000"))
_ROUNDS = 5
_NOW = datetime(2026, 11, 28, tzinfo=UTC)
_COLUMNS = "count(*), count(DISTINCT actor_user_uid), max(path)"


def main() -> None:
    """Print two tables."""
    with store() as own, TemporaryDirectory() as name:
        bucket = own.bucket()
        folder = LogScene(Path(name) / "folder")
        far = LogScene(Path(name) / "bucket", bucket=bucket)
        for scene in (folder, far):
            append(scene.places.edge[0], *map(edge_line, range(_EVENTS)))
            scene.collect(flush=True)
        print(f"{_EVENTS:,} events, seconds          folder  bucket")
        for words, ask in _asked():
            print(f"{words:32}  {_median(ask, folder):6.3f}  {_median(ask, far):6.3f}")
        table = events_of(far.places).table()
        if table is None:
            raise RuntimeError("nothing was written")
        for words, scan in (
            ("scan, a folder", lambda: _own(folder)),
            ("scan, our own over obstore", lambda: _own(far)),
            ("scan, obstore.fsspec", lambda: _fsspec(table, bucket)),
            ("scan, Delta's own engine", lambda: _delta(table)),
        ):
            print(f"{words:40}  {_timed(scan):6.3f}")


def _asked() -> list[tuple[str, Callable[[Log], object]]]:
    found: list[tuple[str, Callable[[Log], object]]] = [
        (f"the newest 50: {text or 'all'}", _page(text))
        for text in ("", "user:u3", "status:>=500", "path:/orders/7777")
    ]
    return [*found, ("one event with all there is", lambda log: log.event("777"))]


def _page(text: str) -> Callable[[Log], object]:
    query = parse(text, now=_NOW, zone=UTC)
    return lambda log: log.page(query, limit=50)


def _median(ask: Callable[[Log], object], scene: LogScene) -> float:
    log = Log(scene.places)
    return _timed(lambda: ask(log))


def _timed(do: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        do()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _own(scene: LogScene) -> None:
    events = events_of(scene.places)
    table = events.table()
    if table is not None:
        with events.reach(connect()) as database:
            names = [table.file_uris()]
            database.execute(f"SELECT {_COLUMNS} FROM read_parquet(?)", names).fetchall()


def _fsspec(table: DeltaTable, bucket: Bucket) -> None:
    keys = ("aws_endpoint", "aws_region", "aws_access_key_id", "aws_secret_access_key")
    said: Any = {name: value for name, value in bucket.options().items() if name in keys}
    with connect() as database:
        database.register_filesystem(
            FsspecStore("s3", config=said, client_options={"allow_http": True})
        )
        names = [table.file_uris()]
        database.execute(f"SELECT {_COLUMNS} FROM read_parquet(?)", names).fetchall()


def _delta(table: DeltaTable) -> None:
    QueryBuilder().register("events", table).execute(f"SELECT {_COLUMNS} FROM events").read_all()
