"""What of an event is a leaf of the tree: one text that holds all that is to be proven of it.

::

    {"event":RAW,"kind":"edge/1","received":1764214000123456,"seals":{"SUBJECT":"HEX"},"source":"edge"}

``seals`` stands there only where the event has personal parts (:mod:`.sealing`), and ``flags``,
before ``kind``, where something was wrong with its form.
"""

from hashlib import sha256
from typing import Final

LONGEST: Final = 65_535
"""Bytes of an entry, as an entry bundle of C2SP tlog-tiles has no room for more."""
ROOM: Final = 2_048
"""Bytes that what is around an event may take, seals of several subjects included."""


def entry(
    raw: bytes, *, kind: bytes, received: int, seals: bytes, source: bytes, flags: bytes
) -> bytes:
    """The entry of an event: ``received`` in microseconds since 1970, ``seals`` JSON or empty."""
    before, after = around(kind=kind, received=received, source=source, flags=flags)
    return leaf(raw, seals, before, after)[1:]


def around(*, kind: bytes, received: int, source: bytes, flags: bytes) -> tuple[bytes, bytes]:
    """What of an entry follows its event, before and after the seals: the same for very many."""
    flagged = b',"flags":"%b"' % flags if flags else b""
    before = b'%b,"kind":"%b","received":%d' % (flagged, kind, received)
    return before, b',"source":"%b"}' % source


def leaf(raw: bytes, seals: bytes, before: bytes, after: bytes) -> bytes:
    """What is hashed of an entry, itself after one byte; ``before`` and ``after`` are around it."""
    if seals:
        return b"".join((b'\0{"event":', raw, before, b',"seals":', seals, after))
    return b"".join((b'\0{"event":', raw, before, after))


def leaf_hash(of: bytes) -> bytes:
    """RFC 9162 section 2.1.1: the hash of a leaf."""
    return sha256(b"\0" + of).digest()
