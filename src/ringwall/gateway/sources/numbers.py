"""Addresses as numbers, and networks as bytes: for lists that are long."""

import struct
from collections.abc import Iterable
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final

from ringwall.gateway.sources.shares import Pair

_PACKED: Final = struct.Struct(">QQB")


def number_of(address: str) -> int:
    """An address, with a colon one of IPv6, as a number. ``ValueError`` for anything else."""
    try:
        return int.from_bytes(inet_pton(AF_INET6 if ":" in address else AF_INET, address), "big")
    except (OSError, ValueError):
        msg = f"{address!r} is no address"
        raise ValueError(msg) from None


def packed(pairs: Iterable[Pair]) -> bytes:
    """Networks, seventeen bytes each: the number it begins at, and the length of its prefix."""
    return b"".join(number.to_bytes(16, "big") + bytes((length,)) for number, length in pairs)


def unpacked(content: bytes) -> list[Pair]:
    """The same back. ``ValueError`` for a length that is none of so many."""
    if len(content) % _PACKED.size:
        msg = "is cut off"
        raise ValueError(msg)
    return [(high << 64 | low, length) for high, low, length in _PACKED.iter_unpack(content)]
