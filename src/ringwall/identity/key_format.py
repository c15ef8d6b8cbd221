"""How an API key is written: ``rwk_<JWT>~<checksum>``. Pure.

The prefix and the checksum let a scanner of secrets know a key when it sees one, offline and
without doubt: :data:`PATTERN` finds what looks like one, :func:`is_whole` tells whether it is.
"""

import re
import zlib
from typing import Final

PREFIX: Final = "rwk_"
PATTERN: Final = r"rwk_eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}~[0-9A-Za-z]{6}"
"""A signed JWT (ES256, so 86 characters of signature) between the prefix and the checksum."""

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def written(token: str) -> str:
    """The key that carries a JWT."""
    head = PREFIX + token
    return f"{head}~{checksum(head)}"


def checksum(text: str) -> str:
    """Six digits to base 62 of the CRC-32 of what stands before the ``~``."""
    number, digits = zlib.crc32(text.encode("ascii")), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits


def is_whole(text: str) -> bool:
    """Whether a text is a key with its right checksum, whoever made it."""
    head, _, end = text.rpartition("~")
    return re.fullmatch(PATTERN, text, re.ASCII) is not None and checksum(head) == end
