"""Four answers: no, yes, only if something open turns out so, and not known."""

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """``OPEN`` is an answer, known to hang on what the request leaves open; ``UNKNOWN`` is none."""

    NO = 0
    OPEN = 1
    UNKNOWN = 2
    YES = 3


def either(several: Iterable[Truth]) -> Truth:
    """Whether one of them is so; ``NO`` where there are none."""
    return max(several, default=Truth.NO)


def both(*several: Truth) -> Truth:
    """Whether all of them are so; ``YES`` where there are none."""
    if Truth.NO in several:
        return Truth.NO
    if Truth.UNKNOWN in several:
        return Truth.UNKNOWN
    return Truth.OPEN if Truth.OPEN in several else Truth.YES


def opposite(one: Truth) -> Truth:
    """Whether it is not so."""
    return {Truth.NO: Truth.YES, Truth.YES: Truth.NO}.get(one, one)
