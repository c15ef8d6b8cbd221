"""Who has how many connections established, as the kernel knows: ``sock_diag`` over netlink.

No privilege is needed. The kernel itself picks the sockets of a port (``INET_DIAG_BC_S_EQ``), so
that only those are copied. https://man7.org/linux/man-pages/man7/sock_diag.7.html
"""

import socket
import struct
from collections import Counter
from collections.abc import Iterable
from typing import Final

_SOCK_DIAG: Final = 4
_BY_FAMILY: Final = 20
_DUMP: Final = 0x301
_ERROR, _DONE = 2, 3
_BYTECODE: Final = 1
_PORT_IS: Final = 11
_ESTABLISHED: Final = 1 << 1
"""Alone: that a half-open connection is from where it says has nobody shown (RFC 4987), and whoever
makes them up would have others denied."""
_PEER_AT: Final = 40
"""Where the peer's address stands in a message: after 16 of netlink, 4, the ports, our address."""
_MAPPED: Final = b"\0" * 10 + b"\xff\xff"

Peer = bytes
"""An address as 4 or 16 bytes, in network order."""


def open_connections(ports: Iterable[int]) -> "Counter[Peer]":
    """Established connections to these ports of this machine by address of the peer.

    ``OSError`` where the kernel does not tell.
    """
    found: Counter[Peer] = Counter()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _SOCK_DIAG) as to:
        to.settimeout(2.0)
        to.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        for port in ports:
            for family in (socket.AF_INET, socket.AF_INET6):
                to.send(_request(family, port))
                while not _read(to.recv(1 << 18), found, 4 if family == socket.AF_INET else 16):
                    pass
    return found


def _request(family: int, port: int) -> bytes:
    """One dump of the connections of a family whose own port is this."""
    code = struct.pack("<BBHBBH", _PORT_IS, 8, 12, 0, 0, port)
    body = struct.pack("<BBBBI", family, socket.IPPROTO_TCP, 0, 0, _ESTABLISHED)
    body += bytes(36) + struct.pack("<III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    body += struct.pack("<HH", 4 + len(code), _BYTECODE) + code
    return struct.pack("<IHHII", 16 + len(body), _BY_FAMILY, _DUMP, 1, 0) + body


def _read(data: bytes, into: "Counter[Peer]", size: int) -> bool:
    """Count the messages of one answer; whether it was the last."""
    at, peers = 0, list[Peer]()
    while at + 16 <= len(data):
        length, kind = struct.unpack_from("<IH", data, at)
        if kind == _DONE:
            into.update(peers)
            return True
        if kind == _ERROR:
            number = -struct.unpack_from("<i", data, at + 16)[0]
            raise OSError(number, "the kernel does not tell who is connected")
        peer = data[at + _PEER_AT : at + _PEER_AT + size]
        peers.append(peer[12:] if peer.startswith(_MAPPED) else peer)
        at += (length + 3) & ~3
    into.update(peers)
    return False
