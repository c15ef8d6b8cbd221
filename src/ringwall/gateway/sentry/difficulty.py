"""How hard the challenge is: it follows the load. Pure."""

from dataclasses import dataclass, replace
from typing import Final

_HARDER_EVERY_S: Final = 10.0
_EASIER_EVERY_S: Final = 60.0
_BUSY: Final = 0.85
"""The share of its time that the busiest worker wants, from which on the edge is hard pressed."""


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Zero bits ``more`` than the least, since a moment in seconds since 1970.

    Each doubles what a browser has to calculate.
    """

    more: int = 0
    since: float | None = None

    def after(self, now: float, *, alarm: bool, busy: float, most: int) -> "Difficulty":
        """What is to be asked at ``now``, in ``alarm`` or not.

        ``busy`` is what the busiest worker wants of its time (0 to 1), ``most`` how many bits more
        there may be. One more while the edge stays hard pressed for ten seconds, one less when it
        had time to spare for a minute; none in peace.
        """
        if not alarm:
            return Difficulty()
        if self.since is None or now < self.since:
            return replace(self, since=now)
        lasted = now - self.since
        if busy > _BUSY and lasted >= _HARDER_EVERY_S:
            return Difficulty(min(most, self.more + 1), now)
        if busy <= _BUSY and lasted >= _EASIER_EVERY_S:
            return Difficulty(max(0, self.more - 1), now)
        return self
