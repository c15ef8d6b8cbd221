"""How much Envoy's worker threads want of the processor, as Linux counts it.

A worker runs, waits for a processor, or sleeps. The share of the time that it did not sleep is what
it wants: at 1 it cannot keep up, whoever else takes the processor's time.
"""

import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_PREFIX: Final = "wrk:worker_"
_CREDENTIALS: Final = struct.Struct("3i")


def pid_at(path: Path, *, timeout: float = 1.0) -> int | None:
    """The process that listens at a unix socket, as the kernel knows it; ``None`` if none does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(timeout)
        try:
            asking.connect(str(path))
            found = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return None
    return int(_CREDENTIALS.unpack(found)[0])


class Workers:
    """The workers of one Envoy process; they are looked for once."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        tasks = Path(f"/proc/{pid}/task")
        self._files = tuple(
            task / "schedstat"
            for task in sorted(tasks.iterdir())
            if (task / "comm").read_text().startswith(_PREFIX)
        )

    def busy(self) -> dict[str, int]:
        """Nanoseconds that each has run, or waited to run, so far; ``OSError`` once it is gone."""
        return {str(file): used(file.read_text()) for file in self._files}


def used(schedstat: str) -> int:
    """Nanoseconds run and waited, of ``/proc/<pid>/task/<tid>/schedstat`` (Linux, sched-stats)."""
    run, waited, *_ = schedstat.split()
    return int(run) + int(waited)


def pressure(before: Mapping[str, int], now: Mapping[str, int], seconds: float) -> float:
    """What the busiest worker wanted of its time, 0 to 1; 0 where nothing can be compared."""
    shares = (
        (value - before[name]) / (seconds * 1e9) for name, value in now.items() if name in before
    )
    return max(0.0, min(1.0, max(shares, default=0.0))) if seconds > 0 else 0.0
