"""What the collector tells of itself: how far it is, how much waits, what is wrong."""

import os
from pathlib import Path

import msgspec

from ringwall.runtime.private_files import write_private


class Told(msgspec.Struct, kw_only=True):
    """Counts of events, bytes, and seconds since 1970.

    ``accepted`` events have an index, ``proven`` of them stand below the newest checkpoint,
    ``stored`` are in the table. ``unread`` is how many bytes of each spool are not read yet.
    ``trouble`` says what keeps it from going on, by what it was about to do.
    """

    at: float = 0.0
    since: float = 0.0
    accepted: int = 0
    proven: int = 0
    stored: int = 0
    put_aside: int = 0
    unread: dict[str, int] = {}
    trouble: dict[str, str] = {}
    pid: int = 0

    @property
    def behind(self) -> int:
        """Bytes of all spools together that are not read yet."""
        return sum(self.unread.values())


def tell(path: Path, told: Told) -> None:
    """Put it where others look."""
    told.pid = os.getpid()
    write_private(path, msgspec.json.encode(told))


def read_told(path: Path) -> Told | None:
    """What was told last; ``None`` where nothing was."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Told)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
