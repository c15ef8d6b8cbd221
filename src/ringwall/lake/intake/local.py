"""The sockets of services on this machine: one for each, whose name says whose it is."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from ringwall.lake.intake.senders import WRONG_USER, Refusal, Sender, user_of


def listening_for(folder: Path, service: str, users: frozenset[int]) -> socket.socket:
    """A socket at ``folder/service.sock``, which only ``users`` may use.

    The kernel tells who connects; the file lets in no more than it has to.
    """
    path = folder / f"{service}.sock"
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(str(path))
        path.chmod(0o600 if users <= {os.geteuid()} else 0o666)
        sock.listen(128)
    except BaseException:
        sock.close()
        raise
    return sock


def proven_at(peer: socket.socket, service: str, users: frozenset[int]) -> Sender | Refusal:
    """Who is at the other end of a connection to the socket of ``service``."""
    if user_of(peer) in users:
        return Sender(service)
    return Refusal(403, WRONG_USER)


def changed(
    old: Mapping[str, frozenset[int]], new: Mapping[str, frozenset[int]]
) -> tuple[list[str], list[str]]:
    """Services whose socket goes, and those that get one."""
    gone = [service for service, users in old.items() if new.get(service) != users]
    come = [service for service, users in new.items() if old.get(service) != users]
    return gone, come
