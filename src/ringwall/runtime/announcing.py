"""Unix sockets of our own processes, and one that only tells that its process does its work."""

import os
import socket
import threading
from pathlib import Path
from typing import Final

KEEPS_IDLE_S: Final = 20
"""Seconds that a connection of the edge may be idle. The edge ends those after 4 s, and is to be
first on a busy machine too, or what it sends meets one that is just being closed."""
WAITING: Final = 1024
"""Connections that may wait to be taken."""


def bound_at(path: Path) -> socket.socket:
    """A socket at ``path``, in place of what is left of another; nobody can connect yet."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        sock.bind(str(path))
    except BaseException:
        sock.close()
        raise
    finally:
        os.umask(mask)
    return sock


def listening_at(path: Path) -> socket.socket:
    """A socket at ``path``, in place of what is left of another, that only its owner may use."""
    sock = bound_at(path)
    sock.listen(WAITING)
    return sock


def announce(path: Path) -> None:
    """Take connections at ``path`` from now on, for as long as this process lives.

    Unlike a file, it says nothing of a process that was killed.
    """
    sock = listening_at(path)
    threading.Thread(target=_take, args=(sock,), name="announcing", daemon=True).start()


def _take(sock: socket.socket) -> None:
    while True:
        connection, _ = sock.accept()
        connection.close()
