"""What of an event is a leaf of the tree: one text that holds all that is to be proven of it.

::

    {"event":RAW,"kind":"edge/1","received":1764214000123456,"seals":{"SUBJECT":"HEX"},"source":"edge"}

``seals`` stands there only where the event has personal parts (:mod:`.sealing`).
"""

from hashlib import sha256
from typing import Final

LONGEST: Final = 65_535
"""Bytes of an entry, as an entry bundle of C2SP tlog-tiles has no room for more."""
ROOM: Final = 2_048
"""Bytes that what is around an event may take, seals of several subjects included."""


def entry(raw: bytes, *, kind: bytes, received: int, seals: bytes, source: bytes) -> bytes:
    """The entry of an event: ``received`` in microseconds since 1970, ``seals`` JSON or empty."""
    if seals:
        return b'{"event":%b,"kind":"%b","received":%d,"seals":%b,"source":"%b"}' % (
            raw,
            kind,
            received,
            seals,
            source,
        )
    return b'{"event":%b,"kind":"%b","received":%d,"source":"%b"}' % (raw, kind, received, source)


def leaf_hash(of: bytes) -> bytes:
    """RFC 9162 section 2.1.1: the hash of a leaf."""
    return sha256(b"\0" + of).digest()
