"""Who comes most often, in bounded memory. Pure.

Misra and Gries, "Finding repeated elements", 1982, in the form that takes away for many keys at a
time (Agarwal et al., "Mergeable summaries", 2012, section 2). Of a weight of N in all, whoever has
more than N / (size + 1) is in it for certain; no weight is too large, or too small by more than
that.
"""

from collections.abc import Iterable
from heapq import nlargest


class Sketch:
    """At most twice ``size`` keys with their weights. What is past weighs less by :meth:`fade`."""

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._weights: dict[str, float] = {}

    def add(self, key: str, weight: float = 1.0) -> None:
        """Count a key."""
        weights = self._weights
        weights[key] = weights.get(key, 0.0) + weight
        if len(weights) > 2 * self._size:
            least = nlargest(self._size + 1, weights.values())[-1]
            self._weights = {k: w - least for k, w in weights.items() if w > least}

    def add_all(self, keys: Iterable[str], weight: float = 1.0) -> None:
        """Count each of them."""
        for key in keys:
            self.add(key, weight)

    def fade(self, share: float) -> None:
        """Let all that was counted weigh ``share`` of what it did; what is as good as gone goes."""
        self._weights = {k: w * share for k, w in self._weights.items() if w * share >= 0.25}

    def top(self, count: int) -> tuple[tuple[str, float], ...]:
        """Those with the most weight, the first the most; of the same weight by name."""
        found = sorted(self._weights.items(), key=lambda one: (-one[1], one[0]))
        return tuple(found[:count])

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._weights)
