"""What level is usual: nearly the highest of the last days. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil, log2
from typing import Any, Final

_EVERY_S: Final = 10.0
_STEPS: Final = 8
"""Steps of the histogram for each doubling of the level: a value is kept within nine per cent."""
_KNOWN_AFTER: Final = 360
"""Values, an hour of them: before, nothing is usual."""
_HALVED_AFTER: Final = 17_280
"""Values, two days of them: then each weighs half, so that what was long ago is forgotten."""
_QUANTILE: Final = 0.99


@dataclass(frozen=True, slots=True)
class Usual:
    """A histogram of the highest levels of every ten seconds that were no attack."""

    counts: Mapping[int, float] = field(default_factory=dict)
    highest: float = 0.0
    until: float = 0.0

    def seen(self, level: float, now: float) -> "Usual":
        """With one more level, at a time in seconds."""
        highest = max(self.highest, level)
        if self.until - _EVERY_S <= now < self.until:
            return replace(self, highest=highest)
        counts = dict(self.counts)
        step = ceil(_STEPS * log2(1.0 + max(0.0, highest)))
        counts[step] = counts.get(step, 0.0) + 1.0
        if sum(counts.values()) > _HALVED_AFTER:
            counts = {step: count / 2 for step, count in counts.items() if count > 0.1}
        return Usual(counts, 0.0, now + _EVERY_S)

    @property
    def level(self) -> float:
        """The level that all but one of a hundred were not above; 0 until an hour is known."""
        total = sum(self.counts.values())
        if total < _KNOWN_AFTER:
            return 0.0
        within = 0.0
        for step, count in sorted(self.counts.items()):
            within += count
            if within >= _QUANTILE * total:
                return float(2.0 ** (step / _STEPS) - 1.0)
        return 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values, to be kept."""
        counts = {str(step): round(count, 2) for step, count in sorted(self.counts.items())}
        return {"counts": counts, "until": self.until}

    @classmethod
    def of_json(cls, value: Mapping[str, Any]) -> "Usual":
        """What :meth:`to_json` gave; ``ValueError``, ``KeyError``, ``TypeError`` for all else."""
        counts = {int(step): float(count) for step, count in value["counts"].items()}
        return cls(counts, 0.0, float(value["until"]))
