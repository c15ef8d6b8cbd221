"""Ports of this machine for tests: no two processes of tests are given the same one.

A port that is free is free for another process, too, until somebody listens on it. So each process
holds a lock on the ports that it was given, for as long as it lives, on a file of all of them.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import Final

_PORTS = iter(random.Random(os.getpid()).sample(range(12_000, 32_000), 15_000))
"""Below those the kernel gives to outgoing connections, and never the same one twice."""

_GIVEN: Final = Path(tempfile.gettempdir()) / f"ringwall-tests-{os.geteuid()}.ports"
"""Locked at the number of each port that was given."""

_held: int | None = None
"""The file, open: to close any descriptor of it would give up every lock (``fcntl(2)``)."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, and that nobody else is given."""
    for port in _PORTS:
        if not _is_ours(port):
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no port is free")


def _is_ours(port: int) -> bool:
    """Take a port, unless another process has it."""
    global _held  # noqa: PLW0603 - one for all of this process
    if _held is None:
        _held = os.open(_GIVEN, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.lockf(_held, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True
