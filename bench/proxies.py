"""Envoys to measure: each pinned to one core, its processor time read from the kernel."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringwall.gateway.admin import Admin
from ringwall.gateway.binary import envoy_path

Json = dict[str, Any]
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Asking:
    """A running server that is asked about each request; see :mod:`bench.asking`."""

    process: "subprocess.Popen[bytes]"
    port: int

    @classmethod
    def start(cls, sort: str, port: int, *, folder: Path, core: int) -> "Asking":
        """Start one on ``core`` and wait until it answers."""
        command = [sys.executable, "-m", "bench.asking", sort, str(port), str(folder)]
        process = subprocess.Popen(["taskset", "-c", str(core), *command])
        deadline = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return cls(process, port)
            except OSError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    msg = f"{sort} did not start"
                    raise RuntimeError(msg) from error
                time.sleep(0.1)

    def stop(self) -> None:
        """End it by its id."""
        self.process.terminate()
        self.process.wait(timeout=10)


@dataclass
class Proxy:
    """A running Envoy, and whom it asks about each request, whose work counts as its own."""

    process: "subprocess.Popen[bytes]"
    admin: Admin
    asks: Asking | None = None

    @property
    def pids(self) -> tuple[int, ...]:
        """Of all that work for a request."""
        return (self.process.pid, *([self.asks.process.pid] if self.asks else []))

    @property
    def processor_seconds(self) -> float:
        """User and system time so far."""
        return sum(map(_processor_seconds, self.pids))

    @property
    def resident_bytes(self) -> int:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    @property
    def requests(self) -> int:
        """Requests its listeners have taken so far, the admin interface's own left out."""
        found = self.admin.stats(r"^http\..*\.downstream_rq_completed$")
        return sum(int(v) for name, v in found.items() if not name.startswith("http.admin."))

    def stop(self) -> None:
        """End it by its id."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=10)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def start(
    bootstrap: Json | Path,
    *,
    folder: Path,
    name: str,
    core: int,
    under: Sequence[str] = (),
    within: float = 20,
) -> Proxy:
    """Start an Envoy with one worker on ``core`` and wait until it is live.

    ``under`` is the command of a tool that runs it, which may take longer (``within``, seconds).
    """
    file = bootstrap if isinstance(bootstrap, Path) else folder / f"{name}.json"
    if not isinstance(bootstrap, Path):
        file.write_text(json.dumps(bootstrap))
    admin_socket = json.loads(file.read_text())["admin"]["address"]["pipe"]["path"]
    process = subprocess.Popen(
        [
            "taskset",
            "-c",
            str(core),
            *under,
            str(envoy_path()),
            "-c",
            str(file),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "-l",
            "error",
            "--file-flush-interval-msec",
            "500",
        ],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    admin = Admin(Path(admin_socket))
    deadline = time.monotonic() + within
    while not admin.ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            msg = f"{name} did not start"
            raise RuntimeError(msg)
        time.sleep(0.02)
    return Proxy(process, admin)
