"""Does what the page of the challenge has browsers do, in Python."""

import hashlib
import re
from collections.abc import Collection
from itertools import count

NAVIGATION = {
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
    "accept": "text/html,application/xhtml+xml",
    "user-agent": "Mozilla/5.0",
}
"""What a browser says of itself that goes to a page."""


def question(page: str) -> tuple[str, str, str]:
    """The seed, when it was made, and the zero bits, as they stand in the page."""
    found = re.search(r'data-challenge="([0-9a-f]{64})\.(\d+)\.(\d+)"', page)
    assert found is not None, page[:300]
    return found[1], found[2], found[3]


def solved(page: str, *, but_not: Collection[tuple[str, int]] = ()) -> str:
    """The value of the cookie that opens it.

    By chance a number opens another page as well, one in some thousand. Its number does not open
    those in ``but_not``, which are seeds and their zero bits.
    """
    seed, issued, bits = question(page)
    number = next(
        n for n in count() if opens(seed, int(bits), n) and not any(opens(*b, n) for b in but_not)
    )
    return f"1.{issued}.{bits}.{number}"


def opens(seed: str, bits: int, number: int) -> bool:
    """Whether a number is a solution."""
    return _begins_with_zeros(f"{seed}{number}", bits)


def with_pass(value: str) -> dict[str, str]:
    """The headers of a navigation that shows one."""
    return {**NAVIGATION, "cookie": f"a=b; __Host-ringwall-pass={value}; c=d"}


def _begins_with_zeros(text: str, bits: int) -> bool:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - bits) == 0
