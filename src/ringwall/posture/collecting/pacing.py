"""How fast each API may be called: as fast as it bears, and slower once it says it is too fast."""

import random
import threading
import time
from collections.abc import Callable
from typing import Final

_STARTS_AT: Final = {
    "s3": 300.0,
    "ec2": 40.0,
    "iam": 40.0,
    "s3control": 20.0,
    "resourcegroupstaggingapi": 10.0,
}
"""Calls a second at which an API begins; others at ``_OTHERS``."""
_OTHERS: Final = 20.0
_LEAST: Final = 0.5
_GROWS_BY: Final = 0.5
"""Calls a second that are added for each second without a refusal."""
_SHRINKS_TO: Final = 0.6


class Pace:
    """A token bucket whose rate follows what the API bears. Thread-safe.

    One for each account, region and service, as AWS counts them.
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rate = rate
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = clock()
        self._slowed = self._next

    @property
    def due(self) -> float:
        """When the next call may be made, by the clock."""
        return self._next

    def wait(self) -> None:
        """Return when the next call may be made."""
        with self._lock:
            now = self._clock()
            at = max(now - 1.0, self._next)  # what one second did not use may be made up for
            self._next = at + 1.0 / self.rate
            left = at - now
        if left > 0:
            self._sleep(left)

    def refused(self) -> None:
        """The API said that this was too fast; several at once say it once."""
        with self._lock:
            now = self._clock()
            if now - self._slowed > 1.0:
                self.rate = max(_LEAST, self.rate * _SHRINKS_TO)
                self._slowed = now

    def borne(self) -> None:
        """A call was answered."""
        with self._lock:
            if self._clock() - self._slowed > 1.0:
                self.rate += _GROWS_BY / self.rate


class Paces:
    """The pace of each API. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paces: dict[tuple[str, str, str], Pace] = {}

    def of(self, account: str, region: str, service: str) -> Pace:
        """That of a service in a region of an account."""
        with self._lock:
            key = (account, region, service)
            if key not in self._paces:
                self._paces[key] = Pace(_STARTS_AT.get(service, _OTHERS))
            return self._paces[key]


def backoff(attempt: int, chance: random.Random) -> float:
    """Seconds before the next attempt: full jitter, at most 20."""
    return chance.uniform(0.0, min(20.0, 0.3 * 2**attempt))
