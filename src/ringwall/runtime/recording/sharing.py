"""One write for all who wait for it: what threads bring while one writes is written at once.

A sync of the disk takes milliseconds however much is written, so that many who sign in at a time
wait for two of them at most, not each for those of all before it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

Write = Callable[[bytes], None]


@dataclass(slots=True, eq=False)
class _Waiting:
    content: bytes
    is_done: bool = False
    error: BaseException | None = None


class Shared:
    """Of one file and process; another process waits by the file's own lock."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._listing, self._writing = Lock(), Lock()

    def commit(self, content: bytes, write: Write) -> None:
        """Return once ``content`` is written, by this thread or by another that was before it.

        Whatever ``write`` raises is raised for all whose content it was given.
        """
        mine = _Waiting(content)
        with self._listing:
            self._waiting.append(mine)
        with self._writing:
            if not mine.is_done:
                self._write_all(write)
        if mine.error is not None:
            raise mine.error

    def _write_all(self, write: Write) -> None:
        with self._listing:
            found, self._waiting = self._waiting, []
        error: BaseException | None = None
        try:
            write(b"".join(one.content for one in found))
        except BaseException as raised:  # noqa: BLE001 - raised for each of them
            error = raised
        for one in found:
            one.is_done, one.error = True, error


_shared: Final[dict[Path, Shared]] = {}


def shared(path: Path) -> Shared:
    """What those share who write to ``path``."""
    return _shared.get(path) or _shared.setdefault(path, Shared())


def _forget() -> None:
    """A child that was forked has none of the threads that may have held a lock."""
    _shared.clear()


os.register_at_fork(after_in_child=_forget)
