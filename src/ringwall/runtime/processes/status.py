"""How processes fare, in words."""

import signal
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProcessState(StrEnum):
    """What a kept process is doing.

    ``backoff`` and ``failed`` both wait for the next start; ``failed`` has died so often that the
    wait is the longest there is, and somebody should look.
    """

    STARTING = "starting"
    READY = "ready"
    BACKOFF = "backoff"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStatus:
    """One process now. ``since`` is when ``state`` began, ``resident_bytes`` counts descendants.

    ``restarts`` counts starts after the first; ``last_exit`` tells the end before this life.
    """

    name: str
    state: ProcessState
    pid: int | None
    restarts: int
    since: datetime
    last_exit: str | None
    resident_bytes: int
    essential: bool
    adopted: bool


def exit_in_words(returncode: int | None) -> str:
    """How a process ended; ``returncode`` as in :mod:`subprocess`, None when nobody could see."""
    if returncode is None:
        return "ended with an unknown status"
    if returncode >= 0:
        return f"exited with {returncode}"
    try:
        return f"killed by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"killed by signal {-returncode}"
