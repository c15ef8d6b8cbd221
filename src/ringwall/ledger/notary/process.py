"""The notary's process. All it is told by its environment; it knows no configuration."""

import logging
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Final

from ringwall.ledger.notary.asking import LONGEST, answer
from ringwall.ledger.notary.signing import Notary
from ringwall.runtime.announcing import listening_at
from ringwall.runtime.confined_python import DEVICES, usual_reads
from ringwall.runtime.confining import NotConfinedError, confine
from ringwall.runtime.peers import is_confined
from ringwall.runtime.private_files import private_folder

SOCKET_VARIABLE: Final = "RINGWALL_NOTARY_SOCKET"
KEYS_VARIABLE: Final = "RINGWALL_NOTARY_KEYS"
"""The folder of private keys."""
PUBLIC_VARIABLE: Final = "RINGWALL_NOTARY_PUBLIC"
"""The folder that public keys are shown in, that of the tree; without it, who asks shows them."""
PEER_VARIABLE: Final = "RINGWALL_NOTARY_PEER"
"""The number of a user who may ask, where this process has a user of its own, as it should have
where others could read the folder of keys: then only the kernel keeps them from it."""
ORIGIN_VARIABLE: Final = "RINGWALL_NOTARY_ORIGIN"
_PATIENCE: Final = 2.0
"""Seconds that one connection may take: the others wait for it."""

_log = logging.getLogger(__name__)


def serve() -> None:
    """Answer until SIGTERM, one question after the other."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: sys.exit(0))  # all that counts is durable at any time
    told, keys = os.environ.get(PUBLIC_VARIABLE), Path(os.environ[KEYS_VARIABLE])
    public = None if told is None else Path(told)
    path, peer = Path(os.environ[SOCKET_VARIABLE]), os.environ.get(PEER_VARIABLE)
    _confine(keys, public, path.parent)
    notary = Notary(keys, public, os.environ[ORIGIN_VARIABLE])
    listening = listening_at(path)
    allowed = {os.geteuid()}
    if peer is not None:
        allowed.add(int(peer))
        path.chmod(0o666)  # who connects is asked of the kernel
    _log.info("signing for %s, of which %d leaves are signed", notary.origin, notary.last.size)
    while True:
        connection, _ = listening.accept()
        with connection:
            try:
                user = user_of(connection)
                if user not in allowed:
                    _log.warning("user %d may not ask", user)
                    continue
                if is_confined(connection):
                    _log.warning("a confined process may not ask")
                    continue
                connection.settimeout(_PATIENCE)
                _serve_one(notary, connection)
            except ConnectionError as error:
                _log.warning("who asked went away: %s", error)
            except TimeoutError:
                _log.warning("who asked said nothing whole for %s seconds", _PATIENCE)


def _confine(keys: Path, public: Path | None, sockets: Path) -> None:
    """Leave it nothing but what it signs with, and shows. Where that cannot be it goes on."""
    shown = [] if public is None else [public]
    for folder in (keys, *shown):
        private_folder(folder)
    try:
        confine(reads=usual_reads(), writes=[keys, *shown, *DEVICES], listens=[sockets])
    except NotConfinedError as error:
        _log.warning("what signs could reach more than it needs: %s", error)


def user_of(connection: socket.socket) -> int:
    """The user of the process at the other end, as the kernel knows it."""
    size = struct.calcsize("3i")
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack("3i", told)
    return int(user)


def _serve_one(notary: Notary, connection: socket.socket) -> None:
    line = b""
    while not line.endswith(b"\n"):
        more = connection.recv(LONGEST)
        if not more:
            return
        line += more
        if len(line) > LONGEST:
            connection.sendall(b'{"error": "the question is too long"}\n')
            return
    connection.sendall(answer(notary, line))


if __name__ == "__main__":
    serve()
