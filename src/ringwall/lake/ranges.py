"""Sets of indexes as ranges: which events went."""

from collections.abc import Iterable, Iterator, Sequence

Range = tuple[int, int]
"""From the first on, up to the second, which is not in it."""


def ranges_of(indexes: Iterable[int]) -> list[Range]:
    """The ranges of indexes that come in ascending order."""
    found: list[Range] = []
    for index in indexes:
        if found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        else:
            found.append((index, index + 1))
    return found


def joined(*many: Iterable[Range]) -> list[Range]:
    """The ranges of all that is in any of these."""
    found: list[Range] = []
    for first, end in sorted(one for some in many for one in some):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((first, end))
    return found


def holds(ranges: Sequence[Range], index: int) -> bool:
    """Whether an index is in ascending ranges."""
    low, high = 0, len(ranges)
    while low < high:
        middle = (low + high) // 2
        first, end = ranges[middle]
        if index < first:
            high = middle
        elif index >= end:
            low = middle + 1
        else:
            return True
    return False


def whole_blocks(ranges: Iterable[Range], size: int) -> Iterator[Range]:
    """What of the ranges are whole blocks of ``size`` indexes, each aligned to its size."""
    for first, end in ranges:
        begin, until = -(-first // size) * size, end // size * size
        if begin < until:
            yield begin, until
