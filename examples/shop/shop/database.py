"""One service's database: one SQLite file, one connection, one thread that owns it.

The event loop never waits for the disk, and transactions never interleave. Every piece of work is
a plain function whose first argument is the connection; it runs inside one transaction and is on
disk when ``run`` returns (WAL with ``synchronous = FULL``): what was acknowledged survives
``kill -9`` and a power cut.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

VERSION = 1
"""Of the tables; kept in the file as ``user_version``."""


class Database:
    """The file at ``path``; made with ``schema`` and filled by ``seed`` on the first start."""

    def __init__(
        self, path: Path, *, schema: str, seed: Callable[[sqlite3.Connection], None]
    ) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._connection = self._thread.submit(_open, path, schema, seed).result()

    async def run(
        self,
        work: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run ``work(connection, ...)`` as one transaction; an exception undoes all of it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, lambda: _transact(self._connection, lambda c: work(c, *args, **kwargs))
        )

    def close(self) -> None:
        """Finish what runs, fold the write-ahead log into the file, close."""
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()


def _transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
    return result


def _open(
    path: Path, schema: str, seed: Callable[[sqlite3.Connection], None]
) -> sqlite3.Connection:
    mask = os.umask(0o077)
    try:
        connection = sqlite3.connect(path, timeout=2, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        os.umask(mask)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    _transact(connection, lambda c: _prepare(c, schema, seed))
    return connection


def _prepare(
    connection: sqlite3.Connection, schema: str, seed: Callable[[sqlite3.Connection], None]
) -> None:
    """Make and fill the tables in one transaction: a start cut short leaves an empty file."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found == VERSION:
        return
    if found:
        raise SystemExit(f"the database has version {found}, this program knows {VERSION}")
    for statement in schema.split(";"):
        connection.execute(statement)
    seed(connection)
    connection.execute(f"PRAGMA user_version = {VERSION}")
