"""Personal parts of events are in the tree as seals, so that they can go and the tree stays.

A seal commits to a part without telling it: its salt comes from a key of the person whom the part
is about. With the key gone nobody can find out by trying which address a seal stands for; while it
is there, anybody who is shown salt and part can check them against the entry.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

import orjson

from ringwall.lake.canonical import sorted_json

_SALT: Final = b"ringwall salt v1\0"
_SEAL: Final = b"ringwall seal v1\0"


def salt(key: bytes, index: int) -> bytes:
    """What hides the parts of one event: 32 bytes that tell nothing of those of other events.

    ``key`` has 32 bytes. All that is hashed has always the same length, so that a plain hash will
    do, which is three times as fast as HMAC.
    """
    return sha256(_SALT + key + index.to_bytes(8, "big")).digest()


def seal(salted: bytes, part: bytes) -> bytes:
    """The seal, in hex, of a part (canonical JSON)."""
    return sha256(_SEAL + salted + part).hexdigest().encode()


def parts_of(personal: str | bytes) -> dict[str, bytes]:
    """The part of each subject in the column ``personal``, canonical."""
    return {subject: sorted_json(part) for subject, part in orjson.loads(personal).items()}


def seals_of(parts: Mapping[str, bytes], index: int, key_of: Callable[[str], bytes]) -> bytes:
    """The seals of an event's parts as JSON; empty where it has none."""
    if not parts:
        return b""
    sealed = {
        subject: seal(salt(key_of(subject), index), part).decode()
        for subject, part in parts.items()
    }
    return sorted_json(sealed)
