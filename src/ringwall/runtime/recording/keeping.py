"""Close segments of the spool of activity, and compress them; none is deleted here.

Whoever reads the spool into the log deletes what is there by then: nothing that was acknowledged
is lost, however long nobody reads.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import locked
from ringwall.runtime.recording.spool import spool_of
from ringwall.runtime.spool.keeping import Keeping, keep

_ALL: Final = Keeping(days=36_500, size=1 << 60, least_free=0)


def keep_activity(state: Path, *, now: datetime | None = None) -> list[str]:
    """Do what is due, and tell each thing that was done."""
    current = spool_of(state)
    if not current.parent.exists():
        return []

    def reopen() -> None:
        current.touch(mode=0o600)

    at = now or datetime.now(UTC)
    with locked(current.with_name(".keeping")):
        return list(keep(current, now=at, keeping=_ALL, began=_began, reopen=reopen))


def _began(path: Path) -> datetime | None:
    """When the first line of a file was recorded."""
    with path.open("rb") as file:
        line = file.readline()
    try:
        at = json.loads(line)["event"]["metadata"]["logged_time"]
        return datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, KeyError, TypeError):
        return None
