"""What processes use: memory that is theirs, and processor time."""

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")


def memory(pids: Iterable[int]) -> int:
    """Bytes of all together, what they share counted once (proportional set size)."""
    total = 0
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue  # it has ended, and holds nothing
        found = re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) * 1024 if found else 0
    return total


def processor(pids: Iterable[int]) -> float:
    """Seconds of user and system time so far of those that still run."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


class Busy:
    """How much of the machine's processors is used, by whomever, since it was made."""

    def __init__(self) -> None:
        self._idle, self._begun = _idle(), time.monotonic()

    def share(self) -> float:
        """From 0 to 1."""
        cores = os.cpu_count() or 1
        return 1 - (_idle() - self._idle) / (time.monotonic() - self._begun) / cores


def _idle() -> float:
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / TICKS
