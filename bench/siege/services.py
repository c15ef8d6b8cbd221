"""The services that both servers stand before, each a process of its own."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

NAMES: Final = ("shop", "sick", "login")
"""Who is asked by honest clients, who is struck, and who checks passwords behind nginx."""


class Services:
    """All of them, on sockets in ``folder``; use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._running = folder, dict[str, subprocess.Popen[bytes]]()

    def __enter__(self) -> "Services":
        for name in NAMES:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(timeout=10)

    @property
    def pids(self) -> list[int]:
        """Of those that run."""
        return [one.pid for one in self._running.values()]

    def path(self, name: str) -> Path:
        """Where one listens."""
        return self._folder / f"{name}.sock"

    def start(self, name: str) -> None:
        """Start one and wait until it listens."""
        self.path(name).unlink(missing_ok=True)
        command = [sys.executable, "-m", "bench.siege.service", str(self.path(name))]
        self._running[name] = subprocess.Popen(command)
        deadline = time.monotonic() + 30
        while not _listens(self.path(name)):
            if time.monotonic() > deadline:
                msg = f"the service {name} did not start"
                raise RuntimeError(msg)
            time.sleep(0.05)

    def signal(self, name: str, number: int) -> None:
        """Send one a signal."""
        self._running[name].send_signal(number)

    def kill(self, name: str) -> None:
        """End one without a word."""
        process = self._running.pop(name)
        process.kill()
        process.wait(timeout=10)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0
