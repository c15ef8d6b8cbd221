"""How far reading is, on a terminal that shows errors; elsewhere nothing is shown."""

import sys
import time
from types import TracebackType
from typing import Final

_EVERY_S: Final = 0.1
_WIDEST: Final = 79


class Progress:
    """One line, written over as calls are answered, gone when it ends."""

    def __init__(self, what: str) -> None:
        self._what, self._shown, self._next = what, False, 0.0
        self._is_seen = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        """Begin."""
        return self

    def step(self, call: str, done: int, of: int) -> None:
        """``done`` of ``of`` calls are answered; ``call`` was the last one."""
        if not self._is_seen or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_S
        self._shown = True
        text = f"{self._what}: {done:,} of {of:,} known so far, {call}"
        sys.stderr.write(f"\r\x1b[K{text[:_WIDEST]}")
        sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the line as it was."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
