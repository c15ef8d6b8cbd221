"""Whether there is room for more: how much of the spool nobody has read on, and the disk."""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SPOOL_FULL: Final = "the spool is full"
DISK_FULL: Final = "the disk is nearly full"
TOO_MUCH: Final = "too much at once"
CANNOT_WRITE: Final = "the spool cannot be written"

RETRY_AFTER_S: Final = 5


class NoRoomError(Exception):
    """Nothing is taken now, for :attr:`reason`; in some seconds there may be room."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Pressure:
    """What there is room for: ``largest`` bytes of spool, ``least_free`` left on the disk."""

    spool: Path
    largest: int
    least_free: int
    used: int = 0
    free: int = 0

    def __post_init__(self) -> None:
        self._room = asyncio.Event()
        self.measure()

    @property
    def reason(self) -> str | None:
        """Why nothing is taken, if so."""
        if self.used >= self.largest:
            return SPOOL_FULL
        return DISK_FULL if self.free < self.least_free else None

    def measure(self) -> None:
        """Look at the disk: once a second is enough, since what is added meanwhile is counted."""
        used = 0
        for path in self.spool.parent.glob(f"{self.spool.stem}*{self.spool.suffix}*"):
            try:
                used += path.stat().st_size
            except FileNotFoundError:
                continue  # read on, and deleted
        self.used, self.free = used, shutil.disk_usage(self.spool.parent).free
        self._tell()

    def add(self, size: int) -> None:
        """Count ``size`` bytes that were written since."""
        self.used += size
        self.free -= size
        self._tell()

    async def room(self) -> None:
        """Wait until something is taken again."""
        await self._room.wait()

    def _tell(self) -> None:
        if self.reason is None:
            self._room.set()
        else:
            self._room.clear()
