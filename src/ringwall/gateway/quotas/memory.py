"""Levels in this process's memory: for one node, and while Redis is gone."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from ringwall.gateway.quotas.buckets import Level, Pour, level, wait

MOST: Final = 100_000
"""Buckets, 250 bytes each; those not asked for longest are forgotten, and are full again."""


class Memory:
    """At most ``most`` levels. ``clock`` tells microseconds, and never goes back."""

    def __init__(self, clock: Callable[[], int], most: int = MOST) -> None:
        self._clock, self._most = clock, most
        self._levels: OrderedDict[str, Level] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, pours: Sequence[Pour]) -> int:
        """Take all of what is asked, or nothing; then how long to wait for it (microseconds)."""
        now, levels = self._clock(), self._levels
        found = [level(one, levels.get(one.key), now) for one in pours]
        longest = max(
            (wait(one, debt) for one, (debt, _) in zip(pours, found, strict=True)), default=0
        )
        if longest:
            return longest
        for one, (debt, since) in zip(pours, found, strict=True):
            levels[one.key] = debt + one.cost, since
            levels.move_to_end(one.key)
        while len(levels) > self._most:
            levels.popitem(last=False)
        return 0
