"""What a line becomes: an event that waits for its index."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

import msgspec

from ringwall.lake.canonical import canonical

QUARANTINE: Final = b"quarantine"
OCSF: Final = b"ocsf/1"
"""Raw is an OCSF event object."""
EDGE: Final = b"edge/1"
"""Raw is a line of the edge's record."""
VERSION: Final = "1.8.0"
"""Of OCSF."""
_KEPT: Final = 24 * 1024
"""Bytes of a line that are kept as evidence."""


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """One event. ``parts`` is its personal part by subject, each canonical JSON.

    ``received`` is in microseconds since 1970, 0 where it is when the collector read it; ``uid`` is
    its own name, if it may come more than once.
    """

    source: bytes
    kind: bytes
    raw: bytes
    parts: Mapping[str, bytes] = {}
    flags: bytes = b""
    received: int = 0
    uid: str | None = None


def quarantined(line: bytes, *, of: str, reason: str, now: int, more: object = None) -> Accepted:
    """The event that says that a line of a source is none, with the line as it came.

    The bytes stand there as base64, so that nothing that reads the log acts on them. ``now`` is in
    microseconds since 1970; OCSF: Base Event.
    """
    event = {
        "activity_id": 99,
        "activity_name": "Quarantine",
        "category_uid": 0,
        "class_uid": 0,
        "message": f"an event of {of} was put aside: {reason}",
        "metadata": {
            "version": VERSION,
            "product": {"name": "Ringwall", "vendor_name": "Ringwall"},
        },
        "raw_data": base64.b64encode(line[:_KEPT]).decode(),
        "severity_id": 2,
        "time": now // 1000,
        "type_uid": 99,
        "unmapped": {
            "of": of,
            "reason": reason,
            "sha256": sha256(line).hexdigest(),
            "size": len(line),
            **({} if more is None else {"more": more}),
        },
    }
    raw, _ = canonical(event)
    return Accepted(QUARANTINE, OCSF, raw, received=now)
