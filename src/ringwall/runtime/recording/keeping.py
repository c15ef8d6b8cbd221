"""Close segments of the spool of activity, and compress them; none is deleted here.

Whoever reads the spool into the log deletes what is there by then: nothing that was acknowledged
is lost, however long nobody reads.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import locked
from ringwall.runtime.recording.spool import LOCK, spool_of, sync_folder
from ringwall.runtime.spool.keeping import Keeping, keep
from ringwall.runtime.spool.segments import closed_name

SEGMENT: Final = 64 * 1024**2
"""Bytes of a segment that is full; it is closed at the end of its day too (UTC)."""
_NOTHING_GOES: Final = Keeping(days=36_500, size=1 << 60, segment=1 << 60, least_free=0)


def keep_activity(state: Path, *, now: datetime | None = None) -> list[str]:
    """Do what is due, and tell each thing that was done."""
    current = spool_of(state)
    if not current.parent.exists():
        return []
    at = now or datetime.now(UTC)
    with locked(current.with_name(".keeping")):
        done = _closed(current, at)
        done += keep(
            current,
            now=at,
            keeping=_NOTHING_GOES,
            began=lambda _path: None,
            reopen=lambda: current.touch(mode=0o600),
        )
    return done


def _closed(current: Path, now: datetime) -> list[str]:
    """Close what is full while nobody writes: once it is closed nothing comes after its end."""
    with locked(current.with_name(LOCK)):
        if not current.exists() or not _is_full(current, now):
            return []
        closed = closed_name(current, now)
        current.rename(closed)
        current.touch(mode=0o600)
        sync_folder(current.parent)
    return [f"closed {closed.name}"]


def _is_full(current: Path, now: datetime) -> bool:
    size = current.stat().st_size
    if size >= SEGMENT:
        return True
    first = _began(current) if size else None
    return first is not None and first.date() < now.date()


def _began(path: Path) -> datetime | None:
    """When the first line of a file was recorded."""
    with path.open("rb") as file:
        line = file.readline()
    try:
        at = json.loads(line)["event"]["metadata"]["logged_time"]
        return datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, KeyError, TypeError):
        return None
