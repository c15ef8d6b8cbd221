"""Events on their way from the transaction that they tell of to the spool.

A row is put in with the change and taken out once its line is on the disk. Whoever is killed in
between leaves it to the next: the line may be written twice then, with the same ``metadata.uid``.
"""

import logging
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, Error, close_old_connections, connection, transaction

from ringwall.runtime.models import PendingEvent
from ringwall.runtime.private_files import locked, private_folder
from ringwall.runtime.recording.spool import RecordingError, append, require_room, spool_of

_log = logging.getLogger(__name__)

_AT_ONCE: Final = 500
_AGAIN: Final = 1.0
"""Seconds until what could not be written is tried again."""
_ASKED: Final = "_ringwall_pending"
"""Set on a connection whose transaction has put lines in: they are moved together."""


class _Mover:
    """A thread that moves what was committed, so that no page waits for it."""

    def __init__(self, state: Path) -> None:
        self._state, self.asked, self._ended = state, threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="activity", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Move what there is, and return once that is done; what cannot be moved is kept."""
        self._ended.set()
        self.asked.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self.asked.wait()
            self.asked.clear()
            is_last = self._ended.is_set()
            if not _moved(self._state) and not is_last:
                self._ended.wait(_AGAIN)
                self.asked.set()
            close_old_connections()
            if is_last:
                connection.close()
                return


_failed = threading.Event()
"""Set while what was committed could not be written: nothing new is begun before that is."""
_mover: _Mover | None = None


def move_in_background(state: Path) -> None:
    """From now on what this process commits is moved by a thread of its own."""
    global _mover  # noqa: PLW0603 - one for the process
    _mover = _Mover(state)
    _mover.asked.set()


def end_moving() -> None:
    """No thread moves anything any more; what was committed until now is moved."""
    global _mover  # noqa: PLW0603 - as above
    if _mover is not None:
        _mover.end()
        _mover = None


def hold(state: Path, lines: Sequence[tuple[str, bytes]]) -> None:
    """Put lines by their ids into the table, within the transaction that they tell of.

    :class:`~ringwall.runtime.recording.RecordingError` if the spool could not take them: whoever
    changes something then takes all of it back.
    """
    require_room(state)
    if _failed.is_set():
        _require_written()
    PendingEvent.objects.bulk_create(
        [PendingEvent(uid=uid, line=line.decode()) for uid, line in lines]
    )
    setattr(connection, _ASKED, True)
    transaction.on_commit(lambda: _committed(state))


def move(state: Path) -> int:
    """Write what waits to the spool, oldest first; how many. Others may do the same meanwhile.

    Not within a transaction: what is not committed yet has not happened.
    """
    if connection.in_atomic_block:
        msg = "what a transaction tells of is moved once it is committed"
        raise RuntimeError(msg)
    done = 0
    while PendingEvent.objects.exists():
        with locked(private_folder(spool_of(state).parent) / ".moving"), _several_nodes():
            rows = PendingEvent.objects.order_by("number")
            if _has_nodes():
                rows = rows.select_for_update(skip_locked=True)
            found = list(rows[:_AT_ONCE])
            append(state, [one.line.encode() for one in found])
            PendingEvent.objects.filter(pk__in=[one.pk for one in found]).delete()
        done += len(found)
        if len(found) < _AT_ONCE:
            break
    _failed.clear()
    return done


def _has_nodes() -> bool:
    """Whether other machines may move rows of these tables too."""
    return connection.features.has_select_for_update_skip_locked


def _several_nodes() -> AbstractContextManager[Any]:
    """A transaction where other machines have to see what is being moved.

    With SQLite nobody waits to write while the spool is synced: a lock keeps others here away.
    """
    return transaction.atomic() if _has_nodes() else nullcontext()


def _moved(state: Path) -> bool:
    try:
        move(state)
    except (OSError, Error) as error:
        if isinstance(error, DatabaseError) and not _has_table():
            return True  # an installation that has just begun: nothing waits where nothing is
        # What it tells of is done and the row is kept: the next, or the worker, moves it.
        _failed.set()
        _log.error("what was done is not in the spool yet: %s", error)
        return False
    return True


def _has_table() -> bool:
    """Whether the worker has made the tables."""
    try:
        table = PendingEvent._meta.db_table  # noqa: SLF001 - Django's own word
        return table in connection.introspection.table_names()
    except Error:
        return True


def _committed(state: Path) -> None:
    if not getattr(connection, _ASKED, False):
        return  # the first of a transaction has moved them all
    setattr(connection, _ASKED, False)
    if _mover is not None:
        _mover.asked.set()
    else:
        _moved(state)


def _require_written() -> None:
    """Nothing new while what was done before waits; the worker, or another, may have moved it."""
    if PendingEvent.objects.exists():
        raise RecordingError("what was done before cannot be recorded: the log says why")
    _failed.clear()
