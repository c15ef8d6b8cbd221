"""What runs, written down so that the next supervisor finds it."""

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.runtime.processes.kernel import Identity

_VERSION: Final = 1


class StateError(ValueError):
    """The state file holds something else than a state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A process that was running, and what is needed to adopt or to end it."""

    name: str
    identity: Identity
    fingerprint: str
    restarts: int
    stop_signal: signal.Signals
    stop_grace: float


@dataclass(frozen=True, slots=True)
class RunState:
    """The running processes of one boot (see :func:`~.kernel.boot_identity`)."""

    boot: str
    processes: tuple[Remembered, ...]


def encode(state: RunState) -> bytes:
    """Turn the state into JSON."""
    document = {
        "version": _VERSION,
        "boot": state.boot,
        "processes": [
            {
                "name": process.name,
                "pid": process.identity.pid,
                "start": process.identity.start,
                "fingerprint": process.fingerprint,
                "restarts": process.restarts,
                "stop_signal": int(process.stop_signal),
                "stop_grace": process.stop_grace,
            }
            for process in state.processes
        ],
    }
    return json.dumps(document, indent=1).encode() + b"\n"


def decode(data: bytes) -> RunState:
    """Read a state from JSON.

    Raises:
        StateError: truncated, foreign or damaged.

    """
    try:
        document = json.loads(data)
        _insist_on_version(document["version"])
        return RunState(
            str(document["boot"]),
            tuple(
                Remembered(
                    name=str(row["name"]),
                    identity=Identity(_positive(row["pid"]), _positive(row["start"])),
                    fingerprint=str(row["fingerprint"]),
                    restarts=int(row["restarts"]),
                    stop_signal=signal.Signals(row["stop_signal"]),
                    stop_grace=min(max(float(row["stop_grace"]), 0.0), 3600.0),
                )
                for row in document["processes"]
            ),
        )
    except StateError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise StateError(f"it cannot be understood ({type(error).__name__}: {error})") from error


def _insist_on_version(version: object) -> None:
    if version != _VERSION:
        raise StateError(f"its version is {version!r}, not {_VERSION}")


def _positive(value: object) -> int:
    if type(value) is not int or not 0 < value < 1 << 63:
        raise StateError(f"{value!r} is no pid or start time")
    return value


class StateFile:
    """Keeps ``path`` up to date.

    Promises: the file is always a whole earlier or the latest state, and the latest one once
    :meth:`note` has returned, even if we are killed then. There is no fsync(2): a state means
    nothing after a reboot, so the page cache is durable enough, and a slow disk must not hold up
    the restart of a process. ``complain`` hears a sentence when the file cannot be used.
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain

    def load(self) -> RunState | None:
        """Read the state left behind, or None when there is none that can be used."""
        try:
            return decode(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, StateError) as error:
            self._complain(f"{self._path} is ignored: {error}")
            return None

    def note(self, state: RunState) -> None:
        """Put ``state`` (mode 0600) in the place of the one before."""
        fresh = self._path.with_name(self._path.name + ".new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(fresh, flags, 0o600), "wb") as file:
                file.write(encode(state))
            fresh.replace(self._path)
        except OSError as error:
            self._complain(f"{self._path} cannot be written: {error}")
