"""Remember what was answered, so that a reading that was killed goes on where it was.

Each answer is a line, written before anything is made of it. What was denied or failed is not
remembered: it is asked again.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from ringwall.core.observations import State
from ringwall.posture.collecting.calling import Answer, Caller
from ringwall.posture.collecting.shape import Where
from ringwall.posture.snapshot.writing import decoded, encoded

LASTS_S: Final = 3600.0
"""Seconds for which an answer is as good as a new one."""


class Journal:
    """A file of answers. Thread-safe; one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._lines: dict[bytes, bytes] = {}
        self._load()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o600)

    def __enter__(self) -> "Journal":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; it stays."""
        os.close(self._file)

    def __len__(self) -> int:
        return len(self._lines)

    def _load(self) -> None:
        """What is there, without a line that was cut off; nothing where it is too old."""
        try:
            is_old = abs(time.time() - self._path.stat().st_mtime) > LASTS_S
            told = b"" if is_old else self._path.read_bytes()
        except FileNotFoundError:
            return
        whole = told[: told.rfind(b"\n") + 1]
        for line in whole.splitlines():
            key, tab, value = line.partition(b"\t")
            if tab:
                self._lines[key] = value
        if len(whole) != self._path.stat().st_size:
            os.truncate(self._path, len(whole))

    def get(self, key: bytes) -> Answer | None:
        """What was answered, if that is not too old."""
        line = self._lines.get(key)
        if line is None:
            return None
        state, pages, at, why = decoded(line)
        if abs((datetime.now(UTC) - at).total_seconds()) > LASTS_S:  # a clock may be put back
            return None
        answer = Answer()
        answer.state, answer.pages, answer.at, answer.why = State(state), pages, at, why
        return answer

    def add(self, key: bytes, answer: Answer) -> None:
        """Keep an answer; it survives the death of this process."""
        told = encoded([answer.state.value, answer.pages, answer.at, answer.why])
        line = key + b"\t" + told + b"\n"
        with self._lock:
            written = 0
            while written < len(line):
                try:
                    written += os.write(self._file, line[written:])
                except OSError as error:  # of a full disk the system names no file
                    error.filename = str(self._path)
                    raise

    def forget(self) -> None:
        """All was read: the file goes."""
        self._path.unlink(missing_ok=True)


class Remembering(Caller):
    """A caller that asks nothing it knows. ``known`` counts what it did not have to ask."""

    def __init__(self, caller: Caller, journal: Journal) -> None:
        super().__init__(caller.client, caller.paces, sleep=caller.sleep)
        self._journal = journal
        self.known = 0

    def call(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str] = frozenset(),
    ) -> Answer:
        """As any caller; from the journal where that has it."""
        return self.poll(call, where, arguments, absent, lambda _: True)

    def poll(
        self,
        call: str,
        where: Where,
        arguments: Mapping[str, Any],
        absent: frozenset[str],
        is_done: Callable[[Mapping[str, Any]], bool],
    ) -> Answer:
        """As any caller; what is not done yet is not remembered."""
        key = encoded([call, where.account, where.region, sorted(arguments.items())])
        answer = self._journal.get(key)
        if answer is not None:
            self.known += 1
            return answer
        answer = super().call(call, where, arguments, absent)
        is_final = not answer.pages or is_done(answer.pages[0])
        if answer.state in {State.KNOWN, State.ABSENT} and is_final:
            self._journal.add(key, answer)
        return answer
