"""Requests that may be sent again: the ``Idempotency-Key`` header (IETF httpapi draft)."""

import hashlib
import json
import re
from collections.abc import Mapping

from starlette.requests import Request

from shop.problems import Problem

_KEY = re.compile(r'"?([A-Za-z0-9_-]{8,64})"?')


def idempotency_key(request: Request) -> str:
    """Return the key; a 400 problem without one: money moves only in requests safe to repeat."""
    match = _KEY.fullmatch(request.headers.get("idempotency-key", ""))
    if match is None:
        raise Problem(
            400,
            "Send an Idempotency-Key header of 8 to 64 letters, digits, - or _, new for each "
            "order and the same when you try again.",
            kind="idempotency-key-missing",
        )
    return match[1]


def fingerprint(content: Mapping[str, object]) -> str:
    """Return what tells two bodies apart that came with the same key."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def key_reused() -> Problem:
    """Return the answer to a key that came before with another body."""
    return Problem(
        422,
        "This Idempotency-Key was used before with another body.",
        kind="idempotency-key-reused",
    )
