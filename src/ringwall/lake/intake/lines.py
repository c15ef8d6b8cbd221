"""The lines of the spool: events, and what could not be taken as one. Pure."""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import orjson

KEPT: Final = 64 * 1024
"""Octets of evidence that a line has room for."""


def event_line(
    event: bytes,
    *,
    received: int,
    source: str,
    personal: Mapping[str, Any],
    flags: Sequence[str],
) -> bytes:
    """A line with an ``event`` that is canonical JSON; ``received`` in microseconds."""
    return b'{"received":%d,"source":%b,"event":%b,"personal":%b,"flags":%b}\n' % (
        received,
        orjson.dumps(source),
        event,
        orjson.dumps(personal, option=orjson.OPT_SORT_KEYS) if personal else b"{}",
        orjson.dumps(flags) if flags else b"[]",
    )


def evidence_line(
    raw: bytes,
    *,
    received: int,
    source: str,
    reason: str,
    of: str | None = None,
    size: int | None = None,
) -> bytes:
    """A line with what came instead, or with what an event was made ``of`` before it was changed.

    ``size`` says how much it was where ``raw`` is only the beginning; the hash is of ``raw``.
    """
    said: dict[str, Any] = {
        "reason": reason,
        "sha256": sha256(raw).hexdigest(),
        "size": len(raw) if size is None else size,
    }
    if of is not None:
        said["of"] = of
    return (
        orjson.dumps(
            {
                "received": received,
                "source": source,
                "quarantine": said,
                "bytes": base64.b64encode(raw[:KEPT]).decode(),
            }
        )
        + b"\n"
    )
