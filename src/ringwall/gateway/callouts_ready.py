"""Has the process that answers call-outs make a version ready, before rules lead there."""

import socket
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

READY: Final = "/ready"
_MAKING: Final = 60.0
"""Seconds that a version may take to be made ready."""


def make_ready(path: Path, version: str) -> None:
    """Have the running process make a version ready. ``OSError`` says why it is not."""
    connection = _Connection(path)
    try:
        connection.request("GET", f"{READY}/{version}")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != 200:
        msg = f"it does not know version {version:.12}"
        raise OSError(msg)


class _Connection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_MAKING)
        self._path = path

    def connect(self) -> None:
        """Open the unix socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))
