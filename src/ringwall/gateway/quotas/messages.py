"""``envoy.service.ratelimit.v3``: the two messages, as far as they are spoken (protobuf encoding).

The edge says with each question what the limit is, so that nothing here has to know or follow the
configuration: the first entry of every descriptor is ``limit``, with the limit's name, its rate and
its burst (:func:`limit_entry`). The other entries say whose bucket it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ringwall.gateway.quotas.buckets import MICROSECONDS, Bucket, Pour
from ringwall.gateway.quotas.naming import LIMIT, read_limit

_MOST_KEY: Final = 200
"""Characters of a key that stay readable; longer ones are told apart by their hash."""
_ELSE: Final = re.compile(rb"[^A-Za-z0-9._~-]")
_VARINT, _I64, _LEN, _I32 = 0, 1, 2, 5
_MOST_TOKENS: Final = 1_000_000

OK: Final = b"\x08\x01"
"""``RateLimitResponse`` with ``overall_code`` OK."""
_OVER: Final = b"\x08\x02"


class UnreadableError(ValueError):
    """A message that is none, or asks for a limit that it does not tell."""


def pours(message: bytes, prefix: str) -> tuple[Pour, ...]:
    """What a ``RateLimitRequest`` asks for. Keys begin with ``prefix`` and are one a bucket.

    Raises :class:`UnreadableError`.
    """
    try:
        found = list(_fields(message))
        default = next((int(value) for number, value in found if number == 3), 0) or 1
        descriptors = [_descriptor(value) for number, value in found if number == 2]
    except UnreadableError:
        raise
    except (IndexError, TypeError, ValueError) as error:
        raise UnreadableError(str(error)) from error
    tokens: dict[str, int] = {}
    buckets: dict[str, Bucket] = {}
    for one in descriptors:
        key = f"{prefix}:{one.key}"
        wanted = default if one.tokens is None else one.tokens
        tokens[key] = tokens.get(key, 0) + min(wanted, _MOST_TOKENS)
        buckets[key] = one.bucket
    return tuple(Pour.of(key, buckets[key], count) for key, count in tokens.items())


def over(waiting: int) -> bytes:
    """``RateLimitResponse`` that refuses, with ``Retry-After`` (RFC 9110 section 10.2.3).

    ``waiting`` is in microseconds.
    """
    seconds = str(-(-waiting // MICROSECONDS)).encode()
    header = _field(1, b"retry-after") + _field(2, seconds)
    return _OVER + _field(3, header)


@dataclass(frozen=True, slots=True)
class _Descriptor:
    key: str
    bucket: Bucket
    tokens: int | None


def _descriptor(message: bytes | int) -> _Descriptor:
    entries: list[tuple[bytes, bytes]] = []
    tokens: int | None = None
    for number, value in _fields(_bytes(message)):
        if number == 1:
            said = {n: _bytes(text) for n, text in _fields(_bytes(value))}
            entries.append((said.get(1, b""), said.get(2, b"")))
        elif number == 3:  # google.protobuf.UInt64Value
            tokens = next((int(n) for at, n in _fields(_bytes(value)) if at == 1), 0)
    if not entries or entries[0][0] != LIMIT.encode():
        msg = f"the first entry of a descriptor is to be `{LIMIT}`"
        raise UnreadableError(msg)
    told = entries[0][1]
    _, bucket = read_limit(told.decode())
    rest = "&".join(f"{_plain(key)}={_plain(value)}" for key, value in entries[1:])
    if len(rest) > _MOST_KEY:
        rest = sha256(rest.encode()).hexdigest()
    # With rate and burst: what is owed to a limit means nothing to one that was changed.
    return _Descriptor(f"{_plain(told)}:{rest}", bucket, tokens)


def _plain(text: bytes) -> str:
    """Letters, digits and what stands between them in names; all else as in URLs (``%2F``)."""
    return _ELSE.sub(lambda found: b"%%%02X" % ord(found[0]), text).decode()


def _bytes(value: bytes | int) -> bytes:
    if isinstance(value, int):
        msg = "a number where a message is to be"
        raise UnreadableError(msg)
    return value


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Numbers and values of the fields; those of fixed length are left out."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif kind == _LEN:
            length, at = _varint(message, at)
            if at + length > end:
                msg = "a field ends after its message"
                raise UnreadableError(msg)
            yield tag >> 3, message[at : at + length]
            at += length
        elif kind in {_I64, _I32}:
            at += 8 if kind == _I64 else 4
        else:
            msg = f"a field of kind {kind}"
            raise UnreadableError(msg)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            msg = "a number of more than 64 bits"
            raise UnreadableError(msg)


def _field(number: int, value: bytes) -> bytes:
    length = bytearray()
    left = len(value)
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    length.append(left)
    return bytes((number << 3 | _LEN,)) + bytes(length) + value
