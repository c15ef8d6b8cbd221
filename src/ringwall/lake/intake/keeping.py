"""Close segments of the intake's spool, and delete what was read on: nothing else.

What is acknowledged stays until it is in the log, however old and however much it is: it is
services that are put off where there is no room.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import locked
from ringwall.runtime.spool.following import Mark, is_of
from ringwall.runtime.spool.keeping import LOCK, Keeping, keep
from ringwall.runtime.spool.segments import LONGEST_LINE, closed_segments

SEGMENT: Final = 64 * 1024**2
_FOR_EVER: Final = 365 * 1000


def keep_read(
    spool: Path,
    mark: Mark | None,
    *,
    now: datetime,
    reopen: Callable[[], None],
    segment: int = SEGMENT,
) -> list[str]:
    """Do what is due, and tell each thing that was done.

    ``mark`` is where durable reading ended; ``reopen`` asks the process to make a new file,
    ``ConnectionError`` where there is none (it looks itself, once a second). A segment is closed
    once it has ``segment`` bytes, and at the end of its day.
    """
    keeping = Keeping(days=_FOR_EVER, size=1 << 62, segment=segment, least_free=0)
    with locked(spool.with_name(LOCK)):
        done = list(keep(spool, now=now, keeping=keeping, began=began, reopen=reopen))
        return [*done, *_delete(spool, mark)]


def began(spool: Path) -> datetime | None:
    """When the first line of a file was received."""
    with spool.open("rb") as file:
        line = file.readline(LONGEST_LINE)
    try:
        return datetime.fromtimestamp(json.loads(line)["received"] / 1_000_000, UTC)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _delete(spool: Path, mark: Mark | None) -> Iterator[str]:
    """Delete segments before that of the mark, where there is one of it."""
    if mark is None:
        return
    segments = closed_segments(spool)
    if not any(is_of(one.path, mark) for one in segments) and not is_of(spool, mark):
        return  # nobody knows what was read
    for one in takewhile(lambda one: not is_of(one.path, mark), segments):
        one.path.unlink(missing_ok=True)
        yield f"deleted {one.path.name}, which was read"
