"""How many log records an ``ExportLogsServiceRequest`` has, without making objects of them. Pure.

A record may have two octets, and hundreds in memory: they are counted before they are read.
"""

from collections.abc import Iterator
from typing import Final

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_PATH: Final = (1, 2, 2)
"""resource_logs, scope_logs, log_records: the numbers of their fields."""


def records_in(body: bytes, *, at_most: int) -> int:
    """How many there are, or ``at_most`` and one more; what is no message ends the count."""
    count = 0
    for resource in _fields(body, 0, len(body), _PATH[0]):
        for scope in _fields(body, *resource, _PATH[1]):
            for _ in _fields(body, *scope, _PATH[2]):
                count += 1
                if count > at_most:
                    return count
    return count


def _fields(body: bytes, at: int, end: int, number: int) -> Iterator[tuple[int, int]]:
    """Where each field of this number begins and ends, which has a length."""
    while at < end:
        key, at = _varint(body, at, end)
        kind = key & 7
        if kind == _LENGTH:
            size, at = _varint(body, at, end)
            if at + size > end:
                return
            if key >> 3 == number:
                yield at, at + size
            at += size
        elif kind == _VARINT:
            _, at = _varint(body, at, end)
        elif kind in {_FIXED64, _FIXED32}:
            at += 8 if kind == _FIXED64 else 4
        else:
            return


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """A number, and where it ends; at the end where there is none."""
    number = shift = 0
    while at < end and shift < 70:
        octet = body[at]
        number |= (octet & 127) << shift
        at, shift = at + 1, shift + 7
        if octet < 128:
            return number, at
    return 0, end
