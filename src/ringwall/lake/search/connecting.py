"""Connections to DuckDB with bounds on memory, threads and time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import duckdb

THREADS: Final = 2
MEMORY_MB: Final = 1024
SECONDS: Final = 30.0


class TookTooLongError(Exception):
    """A search that was ended because its time was over."""


def connect(*, threads: int = THREADS, memory_mb: int = MEMORY_MB) -> duckdb.DuckDBPyConnection:
    """Open a database in memory, in UTC. It writes nothing to disk and loads no extensions."""
    found = duckdb.connect(
        config={
            "threads": threads,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_persistent_secrets": False,
        }
    )
    # ICU, which knows zones, is part of the library but not there before the connection is.
    found.execute("SET TimeZone = 'UTC'")
    found.execute("SET parquet_metadata_cache = true")
    # It would be drawn between what is answered, after two seconds.
    found.execute("SET enable_progress_bar = false")
    return found


@contextmanager
def bounded(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what the connection does after some seconds: :class:`TookTooLongError`."""
    over = threading.Event()
    lock = threading.Lock()

    def interrupt() -> None:
        with lock:
            if not over.is_set():
                over.set()
                connection.interrupt()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        if not over.is_set():
            raise
        msg = f"it took more than {seconds:g} seconds: ask for less time, or more exactly"
        raise TookTooLongError(msg) from error
    finally:
        timer.cancel()
        with lock:
            over.set()
