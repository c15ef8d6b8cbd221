"""Writes what the sentry tells the edge; each file only when it says something new."""

from pathlib import Path

from ringwall.gateway.sentry import orders
from ringwall.gateway.sentry.orders import NO_SHARES, Shares
from ringwall.runtime.private_files import private_folder, write_private


def ready(folder: Path) -> None:
    """Have the files there before an Envoy starts, which refuses to do so without them.

    ``folder`` is that of the edge's xDS files. What a sentry has told stays.
    """
    for name, content in _neutral().items():
        if not (folder / name).exists():
            private_folder((folder / name).parent)
            write_private(folder / name, content)


def withdraw(folder: Path) -> bool:
    """Have all recorded and nothing shed in the stead of a sentry; whether that was not so."""
    found = [(folder / name, content) for name, content in _neutral().items()]
    told = [(path, content) for path, content in found if path.exists()]
    return sum(_replaced(path, content) for path, content in told) > 0


class Telling:
    """The files of one edge. A sentry begins with what harms nobody, whatever the last one said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        private_folder((folder / orders.RUNTIME).parent)
        self.reset()

    def say(self, *, recorded: int, shed: Shares, pressure: float, listed: int = 0) -> None:
        """Tell shares in per cent, and a pressure of 0 to 1."""
        self._write(orders.RUNTIME, orders.runtime(recorded, shed, listed=listed))
        self._write(orders.PRESSURE, orders.pressure(pressure))

    def reset(self) -> None:
        """All is recorded, nothing is shed: for a time in which nobody looks."""
        for name, content in _neutral().items():
            self._write(name, content)

    def _write(self, name: str, content: bytes) -> None:
        _replaced(self._folder / name, content)


def _replaced(path: Path, content: bytes) -> bool:
    """Whether it said something else: what this process wrote last others may have taken back."""
    if path.exists() and path.read_bytes() == content:
        return False
    write_private(path, content)
    return True


def _neutral() -> dict[str, bytes]:
    return {
        orders.RUNTIME: orders.runtime(100, NO_SHARES),
        orders.PRESSURE: orders.pressure(0.0),
    }
