"""How a limit is told in a descriptor: ``partners 1000/3600 100`` is a name, a rate, a burst."""

import re
from typing import Final

from ringwall.gateway.quotas.buckets import Bucket

LIMIT: Final = "limit"
"""The key of the entry that tells it."""
_TOLD: Final = re.compile(r"([a-z][a-z0-9-]{0,62}) ([1-9]\d{0,7})/([1-9]\d{0,5}) ([1-9]\d{0,7})")


def limit_entry(name: str, bucket: Bucket) -> str:
    """The value of a descriptor's first entry."""
    return f"{name} {bucket.tokens}/{bucket.seconds} {bucket.burst}"


def read_limit(told: str) -> tuple[str, Bucket]:
    """Read it back; raises ``ValueError``."""
    found = _TOLD.fullmatch(told)
    if found is None:
        msg = f"{told[:80]!r} tells no limit"
        raise ValueError(msg)
    name, tokens, seconds, burst = found.groups()
    return name, Bucket(int(tokens), int(seconds), int(burst))
