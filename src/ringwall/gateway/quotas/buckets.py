"""A bucket of tokens as a debt that drains: the generic cell rate algorithm, in whole numbers.

Of a bucket nothing is kept but how much of it is missing, and since when: ``debt`` is 0 for a full
one and ``room`` for an empty one. All is counted in units so small that a microsecond drains a
whole number of them, so that nothing is ever rounded, here or in Redis (ITU-T I.371, annex A).
"""

from dataclasses import dataclass
from math import gcd
from typing import Final

MICROSECONDS: Final = 1_000_000
AHEAD: Final = 60 * MICROSECONDS
"""How far the clock may go back before what was noted by it no longer counts as the future."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """So many ``tokens`` come back in so many ``seconds``; there are at most ``burst``."""

    tokens: int
    seconds: int
    burst: int

    @property
    def drain(self) -> int:
        """What a microsecond takes off the debt."""
        return self.tokens // gcd(self.tokens, self.seconds * MICROSECONDS)

    @property
    def price(self) -> int:
        """What one token adds to the debt."""
        return self.seconds * MICROSECONDS // gcd(self.tokens, self.seconds * MICROSECONDS)

    @property
    def room(self) -> int:
        """The debt of an empty bucket."""
        return self.price * self.burst


@dataclass(frozen=True, slots=True)
class Pour:
    """What one request takes of one bucket: the bucket's ``key``, and ``cost`` units of debt."""

    key: str
    drain: int
    cost: int
    room: int

    @classmethod
    def of(cls, key: str, bucket: Bucket, tokens: int) -> "Pour":
        """So many tokens of a bucket."""
        return cls(key, bucket.drain, bucket.price * tokens, bucket.room)


Level = tuple[int, int]
"""Debt, and the microsecond it was noted at."""


def level(pour: Pour, kept: Level | None, now: int) -> Level:
    """How full the bucket is ``now`` (microseconds), from what was kept of it; ``None`` is full.

    Nothing drains while the clock is behind what was noted.
    """
    if kept is None:
        return 0, now
    debt, since = min(kept[0], pour.room), kept[1]
    if since - now > AHEAD:
        return debt, now
    if since >= now:
        return debt, since
    return max(0, debt - pour.drain * (now - since)), now


def wait(pour: Pour, debt: int) -> int:
    """Microseconds until the bucket has enough; 0 if it has, so that it may be poured from.

    Who asks for more than the bucket ever holds is never given it, however long the wait.
    """
    over = debt + pour.cost - pour.room
    return 0 if over <= 0 else -(-over // pour.drain)
