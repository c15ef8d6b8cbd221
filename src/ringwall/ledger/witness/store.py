"""What a witness cosigned last, by log: in SQLite, so that to look and to write is one step."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ringwall.ledger.witness.judging import Latest


class Slot:
    """The place of one log while it is looked at: nobody else can, until this is left."""

    def __init__(self, connection: sqlite3.Connection, origin: str) -> None:
        self._connection, self._origin = connection, origin
        row = connection.execute(
            "SELECT size, root FROM latest WHERE origin = ?", (origin,)
        ).fetchone()
        self.latest = Latest() if row is None else Latest(int(row[0]), bytes(row[1]))

    def put(self, latest: Latest, note: str) -> None:
        """Remember a checkpoint; durable once the slot is left without an error."""
        self._connection.execute(
            "INSERT OR REPLACE INTO latest (origin, size, root, note) VALUES (?, ?, ?, ?)",
            (self._origin, latest.size, latest.root, note),
        )


def last_cosigned(path: Path) -> dict[str, int]:
    """How many leaves each log had whose checkpoint was cosigned last; none where nothing was."""
    if not path.exists():
        return {}
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        return dict(connection.execute("SELECT origin, size FROM latest ORDER BY origin"))
    except sqlite3.OperationalError:
        return {}  # it is about to be made
    finally:
        connection.close()


class Store:
    """The file. For several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=10, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS latest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL,"
            " root BLOB NOT NULL, note TEXT NOT NULL) STRICT"
        )

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def slot(self, origin: str) -> Iterator[Slot]:
        """The place of a log. Kept when it is left, unless by an error."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Slot(self._connection, origin)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def note(self, origin: str) -> str | None:
        """The checkpoint that was cosigned last, with its cosignature."""
        with self._lock:
            row = self._connection.execute(
                "SELECT note FROM latest WHERE origin = ?", (origin,)
            ).fetchone()
        return None if row is None else str(row[0])
