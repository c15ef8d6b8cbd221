"""How much of everybody a list is for: parts of IPv4, and of what is given out of IPv6.

Of IPv6 a little is given out only, so that a list may be for all who have it and yet for hardly
anything of 2000::/3: what counts are the blocks that the regional registries hold, each for itself.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Final

Pair = tuple[int, int]

_BITS: Final = 128
_FOURTH: Final = 96
_SIXTH: Final = 1 << 32
"""The first number of IPv6: those of IPv4 stand below."""

_HELD: Final = tuple(
    sorted(
        IPv6Network(one)
        for one in (
            "2001::/16",
            "2003::/18",
            "2400::/12",
            "2410::/12",
            "2600::/12",
            "2610::/23",
            "2620::/23",
            "2630::/12",
            "2800::/12",
            "2a00::/12",
            "2a10::/12",
            "2c00::/12",
        )
    )
)
"""What the registries hold of 2000::/3, by IANA's table of IPv6 unicast address assignments."""
_STARTS: Final = tuple(int(one.network_address) for one in _HELD)
_ENDS: Final = tuple(int(one.network_address) + one.num_addresses for one in _HELD)
_SIZE: Final = tuple(1 << (_BITS - length) for length in range(_BITS + 1))
_SIZES: Final = tuple(one.num_addresses for one in _HELD)


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts from 0 to 1: of all IPv4, of all IPv6 that is given out, and of each block of that."""

    versions: Mapping[str, float]
    blocks: Mapping[str, float]

    @property
    def all(self) -> dict[str, float]:
        """Both, by whom they are parts of."""
        return {**self.versions, **self.blocks}


def shares_of(pairs: Iterable[Pair]) -> Shares:
    """What these networks, none of which is within another, are of everybody."""
    fourth, sixth = 0, [0] * len(_HELD)
    for number, length in pairs:
        size = _SIZE[length]
        if length >= _FOURTH and number < _SIXTH:
            fourth += size
            continue
        at = max(0, bisect_right(_STARTS, number) - 1)
        if _STARTS[at] <= number and number + size <= _ENDS[at]:
            sixth[at] += size
            continue
        while at < len(_HELD) and _STARTS[at] < number + size:
            first = max(number, _STARTS[at])
            sixth[at] += max(0, min(number + size, _ENDS[at]) - first)
            at += 1
    versions = {"IPv4": fourth / (1 << 32), "IPv6 that is given out": sum(sixth) / sum(_SIZES)}
    parts = (has / size for has, size in zip(sixth, _SIZES, strict=True))
    return Shares(versions, {str(one): part for one, part in zip(_HELD, parts, strict=True)})
