"""An upstream that starts at once: ``brisk.py PATH`` answers on a Unix socket, and knows no more.

Where a test bounds how soon Ringwall has a killed service back, what the service itself needs to
start should not be most of it: this one imports nothing but sockets and threads.
"""

import contextlib
import socket
import sys
import threading
from pathlib import Path
from typing import BinaryIO

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nbrisk"


def answer(connection: socket.socket) -> None:
    """Every request on one connection, until the other side is done."""
    with connection, connection.makefile("rb") as read, contextlib.suppress(OSError, ValueError):
        while read.readline():
            _pass_over_body(read, _headers(read))
            connection.sendall(_ANSWER)


def _headers(read: BinaryIO) -> dict[bytes, bytes]:
    found = {}
    while line := read.readline().strip():
        name, _, value = line.partition(b":")
        found[name.strip().lower()] = value.strip()
    return found


def _pass_over_body(read: BinaryIO, headers: dict[bytes, bytes]) -> None:
    if headers.get(b"transfer-encoding") == b"chunked":
        while size := int(read.readline(), 16):
            read.read(size + 2)
        read.readline()
    else:
        read.read(int(headers.get(b"content-length", b"0")))


def main(path: str) -> None:
    """Listen in place of whoever listened there before."""
    with contextlib.suppress(FileNotFoundError):
        Path(path).unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(1024)
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
