"""How often the same is told: so many times a minute, and then with how many were left out."""

import time
from collections.abc import Callable
from dataclasses import dataclass

EVERY: float = 60.0
"""Seconds."""
_MOST_KNOWN = 4096


@dataclass(slots=True)
class _Window:
    since: float
    told: int = 0
    left_out: int = 0


class Budget:
    """``most`` events a minute that tell the same, by what names it."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._windows: dict[str, _Window] = {}

    def due(self, what: str) -> int | None:
        """``None``: it is left out; else how many were since it was told last."""
        now = self._clock()
        window = self._windows.get(what)
        if window is None:
            if len(self._windows) >= _MOST_KNOWN:
                self._windows.clear()
            window = self._windows[what] = _Window(now)
        elif now - window.since >= EVERY:
            window.since, window.told = now, 0
        if window.told >= self._most:
            window.left_out += 1
            return None
        window.told += 1
        left_out, window.left_out = window.left_out, 0
        return left_out

    def knows(self, what: str) -> bool:
        """Whether it was told, or left out, lately."""
        return what in self._windows

    def forget(self) -> None:
        """Begin anew."""
        self._windows.clear()
