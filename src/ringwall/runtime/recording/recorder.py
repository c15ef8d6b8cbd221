"""Put an event into the spool, or into the table that leads to it."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ringwall.core.events import Recorded, stamped
from ringwall.runtime.current import current_installation
from ringwall.runtime.recording.acting import new_id
from ringwall.runtime.recording.spool import append, line_of


def record(recorded: Recorded, *, state: Path | None = None) -> str:
    """Record an event; its id. Within a transaction it is there if that is committed, and only so.

    :class:`~ringwall.runtime.recording.RecordingError` when it cannot be: what it tells of must
    not be done then. ``state`` is the state folder, else that of this process's installation.
    """
    (uid,) = record_all([recorded], state=state)
    return uid


def record_all(several: Iterable[Recorded], *, state: Path | None = None) -> list[str]:
    """Record events together, as :func:`record` does one; their ids. All are there, or none."""
    made = [_line(one) for one in several]
    place = state or _state()
    if not made:
        return []
    if _is_within_transaction():
        from ringwall.runtime.recording import outbox  # noqa: PLC0415 - needs the tables

        outbox.hold(place, made)
    else:
        append(place, [line for _, line in made])
    return [uid for uid, _ in made]


def record_at_once(recorded: Recorded, *, state: Path | None = None) -> str:
    """Record what has happened whatever becomes of a transaction: a denial, say."""
    uid, line = _line(recorded)
    append(state or _state(), [line])
    return uid


def _line(recorded: Recorded) -> tuple[str, bytes]:
    uid = new_id()
    return uid, line_of(stamped(recorded, uid=uid, now=datetime.now(UTC)))


def _state() -> Path:
    """The state folder: that of the tables, where this process has some."""
    if not _has_tables():
        return current_installation().state
    from django.conf import settings  # noqa: PLC0415 - the supervisor has no Django

    return Path(settings.STATE)


def _has_tables() -> bool:
    django = sys.modules.get("django.apps")
    return django is not None and bool(django.apps.ready)


def _is_within_transaction() -> bool:
    if not _has_tables():
        return False
    from django.db import connection  # noqa: PLC0415 - the supervisor has no Django

    return connection.in_atomic_block
