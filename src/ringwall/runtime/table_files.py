"""Where SQLite's files lie: in a folder of their own, so that who writes them writes nothing else.

SQLite makes and deletes files beside its own (``-wal``, ``-shm``). The web process may do that here
and not where the log, keys and the configurations in force lie.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import private_folder

FOLDER: Final = "tables"
RECORDS: Final = "ringwall.sqlite3"
QUEUE: Final = "jobs.sqlite3"

_log = logging.getLogger(__name__)


def table_file(state: Path, name: str) -> Path:
    """Where a file of tables is: in its folder, or in the state folder until it is moved."""
    own, before = state / FOLDER / name, state / name
    return before if before.exists() and not own.exists() else own


def bring_home(state: Path) -> None:
    """Make the folder, and move what earlier versions kept beside it. Only while nobody uses it."""
    folder = private_folder(state / FOLDER)
    for name in (RECORDS, QUEUE):
        before = state / name
        if before.exists() and not (folder / name).exists():
            _move(before, folder / name)


def are_home(state: Path) -> bool:
    """Whether nothing is left to be moved."""
    return all(table_file(state, name).parent.name == FOLDER for name in (RECORDS, QUEUE))


def _move(before: Path, own: Path) -> None:
    """A file without what waits in its WAL is not whole: it is moved once all of it is in it."""
    try:
        with closing(sqlite3.connect(before, timeout=5)) as tables:
            tables.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error as error:
        _log.warning("%s stays where it is until the next start: %s", before, error)
        return
    if before.with_name(f"{before.name}-wal").exists():
        _log.warning("%s stays where it is until the next start: somebody uses it", before)
        return
    before.with_name(f"{before.name}-shm").unlink(missing_ok=True)
    before.rename(own)
