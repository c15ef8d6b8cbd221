"""What a request's body holds once it is uncompressed, and no more than is allowed. Pure."""

import zlib
from typing import Final

LARGEST_SENT: Final = 4 * 1024 * 1024
LARGEST_HELD: Final = 8 * 1024 * 1024
"""Octets of a body as it comes, and uncompressed."""
ENCODINGS: Final = ("gzip", "deflate", "identity")
"""Content codings that are understood (RFC 9110, section 8.4.1)."""

_MOST_MEMBERS: Final = 64


class TooLargeError(ValueError):
    """The body is larger than :data:`LARGEST_HELD` once it is uncompressed."""


def uncompressed(body: bytes, coding: str, *, at_most: int = LARGEST_HELD) -> bytes:
    """What ``body`` holds; ``ValueError`` where it is not what ``coding`` says."""
    if coding == "identity":
        if len(body) > at_most:
            raise TooLargeError
        return body
    if coding == "gzip":
        return _members(body, at_most)
    # Some send the bare stream instead of zlib's (RFC 9110, section 8.4.1.2, note).
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    found, rest = _one(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS, at_most)
    if rest:
        raise ValueError("something follows the end of the compressed body")
    return found


def _members(body: bytes, at_most: int) -> bytes:
    """What the members of a gzip file hold, one after another (RFC 1952, section 2.2)."""
    parts: list[bytes] = []
    for _ in range(_MOST_MEMBERS):
        part, body = _one(body, zlib.MAX_WBITS | 16, at_most)
        parts.append(part)
        at_most -= len(part)
        if not body:
            return b"".join(parts)
    raise ValueError(f"the compressed body has more than {_MOST_MEMBERS} parts")


def _one(body: bytes, bits: int, at_most: int) -> tuple[bytes, bytes]:
    """What one compressed stream holds, and what follows it."""
    inflating = zlib.decompressobj(bits)
    try:
        found = inflating.decompress(body, at_most + 1)
    except zlib.error as error:
        raise ValueError("the body is not compressed as it says") from error
    if len(found) > at_most:
        raise TooLargeError
    if not inflating.eof:
        raise ValueError("the compressed body has no end")
    return found, inflating.unused_data
