"""The keys of persons whom events are about: with a key goes what their seals could tell."""

import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import private_folder

_KEY: Final = 32


class Subjects:
    """Keys in a file of their own. Written by the collector alone; whoever verifies reads.

    Not thread-safe.
    """

    def __init__(self, path: Path, *, writes: bool) -> None:
        if writes:
            private_folder(path.parent)
            if not path.exists():
                path.touch(mode=0o600)
            self._tables = sqlite3.connect(path, isolation_level=None)
            # What is deleted is overwritten, and no copy of it waits in another file.
            self._tables.execute("PRAGMA secure_delete=ON")
            self._tables.execute("PRAGMA journal_mode=TRUNCATE")
            self._tables.execute("PRAGMA synchronous=FULL")
            self._tables.execute(
                "CREATE TABLE IF NOT EXISTS keys (subject TEXT PRIMARY KEY, key BLOB NOT NULL)"
                " WITHOUT ROWID"
            )
        else:
            self._tables = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        self._known: dict[str, bytes] = {}

    def key(self, subject: str) -> bytes | None:
        """The key of a subject; ``None`` where there is none, or not any more."""
        found = self._known.get(subject)
        if found is None:
            row = self._tables.execute(
                "SELECT key FROM keys WHERE subject = ?", (subject,)
            ).fetchone()
            if row is None:
                return None
            found = self._known[subject] = bytes(row[0])
        return found

    def keys(self, subjects: Iterable[str]) -> dict[str, bytes]:
        """The keys of all these, durably made where there was none."""
        found, missing = {}, []
        for subject in subjects:
            key = self.key(subject)
            if key is None:
                key = secrets.token_bytes(_KEY)
                missing.append((subject, key))
            found[subject] = key
        if missing:
            self._tables.execute("BEGIN IMMEDIATE")
            self._tables.executemany("INSERT INTO keys VALUES (?, ?)", missing)
            self._tables.execute("COMMIT")
            self._known.update(missing)
        return found

    def destroy(self, subject: str) -> bool:
        """Forget a key for good; whether there was one."""
        self._known.pop(subject, None)
        gone = self._tables.execute("DELETE FROM keys WHERE subject = ?", (subject,)).rowcount
        return gone > 0

    def close(self) -> None:
        """Let go of the file."""
        self._tables.close()
