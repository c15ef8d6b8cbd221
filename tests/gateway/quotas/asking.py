"""Questions as the edge asks them, built with nothing of the code that reads them."""

from collections.abc import Mapping


def question(
    limit: str, entries: Mapping[str, str] | None = None, *, hits: int | None = None
) -> bytes:
    """A ``RateLimitRequest`` of one descriptor."""
    said = [("limit", limit), *(entries or {}).items()]
    body = b"".join(part(1, part(1, key.encode()) + part(2, value.encode())) for key, value in said)
    if hits is not None:
        body += part(3, b"\x08" + varint(hits))
    return part(1, b"ringwall") + part(2, body)


def part(number: int, value: bytes) -> bytes:
    """A field with a length."""
    return bytes((number << 3 | 2,)) + varint(len(value)) + value


def varint(number: int) -> bytes:
    """A number in groups of seven bits."""
    octets = []
    while number > 127:
        octets.append(number % 128 + 128)
        number //= 128
    return bytes((*octets, number))


METHOD = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit"
