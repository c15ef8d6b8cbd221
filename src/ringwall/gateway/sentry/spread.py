"""Whether an attack on sign-in is more than one source's, which its limits hold by itself. Pure.

The alarm costs strangers something, so that nobody may keep it up alone: a home line, with all the
addresses of its network, is one source here.
"""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.sentry.networks import Network

_MANY: Final = 5
"""Networks of /24, in version 6 of /48."""
_MUCH: Final = 50.0
"""Refused tries a second, those of the network with the most left out."""
_LASTS_S: Final = 60.0
_AT_MOST: Final = 1000


class Spread:
    """From where tries to sign in were refused lately; bounded."""

    def __init__(self) -> None:
        self._seen: dict[Network, float] = {}
        self._much_at = float("-inf")

    def saw(self, refused: Mapping[Network, float], seconds: float, now: float) -> None:
        """Take note of so many refused tries by network within a spell; of any clock."""
        # What is later than now is of a clock that went back since.
        self._seen = {
            one: at
            for one, at in self._seen.items()
            if one not in refused and 0 <= now - at <= _LASTS_S
        }
        for one in list(refused)[: _AT_MOST - len(self._seen)]:
            self._seen[one] = now
        others = sum(refused.values()) - max(refused.values(), default=0.0)
        if others >= _MUCH * seconds:
            self._much_at = now

    def is_wide(self, now: float) -> bool:
        """Whether many sources, or much from more than one, were at it within a minute."""
        return len(self._seen) >= _MANY or 0 <= now - self._much_at <= _LASTS_S
