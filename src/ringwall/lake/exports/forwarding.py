"""Passing events on as they come: in order, each at least once, whatever dies in between.

The position is saved after a destination acknowledged a batch and never before, so a death in
between sends that batch again.
"""

import itertools
import json
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.lake.exports.destinations import DeliveryError, Destination
from ringwall.lake.exports.formats import Row
from ringwall.runtime.private_files import write_private

BATCH: Final = 500
_SHORTEST_S: Final = 0.5
_LONGEST_S: Final = 60.0

Source = Callable[[int, int], Sequence[Row]]
"""``(first, count)``: at most so many rows from an index on, in order, without leaving any out.

Rows that retention took away are gaps, which are passed over. :class:`DeliveryError` where the log
cannot be read at present: then it is asked again.
"""


class PositionError(ValueError):
    """A position that cannot be read: nothing is sent, rather than from a wrong place."""


def read_position(path: Path) -> int:
    """The index of the first event that was not delivered; 0 where nothing was."""
    try:
        found = json.loads(path.read_bytes())["next"]
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError) as error:
        msg = f'{path} tells no position: write {{"next": 0}} to send everything again'
        raise PositionError(msg) from error
    if type(found) is not int or found < 0:
        msg = f'{path} tells no position: write {{"next": 0}} to send everything again'
        raise PositionError(msg)
    return found


@dataclass(frozen=True, slots=True)
class Status:
    """How forwarding goes: the next index, failures in a row and what the last one said."""

    position: int
    failures: int = 0
    trouble: str = ""


class Forwarder:
    """Passes events of ``source`` on to ``destination``; one process has one position file."""

    def __init__(
        self,
        source: Source,
        destination: Destination,
        position: Path,
        *,
        batch: int = BATCH,
        shortest: float = _SHORTEST_S,
        longest: float = _LONGEST_S,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._source = source
        self._destination = destination
        self._path = position
        self._most = batch
        self._batch = batch
        self._bounds = (shortest, longest)
        self._jitter = jitter
        self.status = Status(read_position(position))

    def run(self, stop: threading.Event, *, idle: float = 0.5) -> None:
        """Pass on until ``stop`` is set, looking for new events every ``idle`` seconds."""
        try:
            while not stop.is_set():
                wait = self.step()
                if wait is None:
                    wait = idle
                if wait:
                    stop.wait(wait)
        finally:
            self._destination.close()

    def step(self) -> float | None:
        """Pass one batch on; return how many seconds to wait then, ``None`` if there was nothing.

        0 after a batch arrived; else, the same batch is sent again by the next step.
        """
        first = self.status.position
        try:
            rows = self._source(first, self._batch)
        except DeliveryError as error:
            return self._failed(error, 0)
        if not rows:
            return None
        indexes = [int(one["index"]) for one in rows]
        if indexes[0] < first or any(b <= a for a, b in itertools.pairwise(indexes)):
            msg = f"events from {first} on did not come in order: {indexes[:3]} came"
            raise RuntimeError(msg)
        try:
            self._destination.send(rows)
        except DeliveryError as error:
            return self._failed(error, len(rows))
        self._save(indexes[-1] + 1)
        self._batch = min(self._most, self._batch * 2)
        return 0.0

    def _save(self, position: int) -> None:
        write_private(self._path, json.dumps({"next": position}).encode())
        self.status = Status(position)

    def _failed(self, error: DeliveryError, count: int) -> float:
        """How long to wait: up to twice as long each time, so that not all come at once."""
        failures = self.status.failures + 1
        self.status = Status(self.status.position, failures, str(error))
        if error.is_too_large and count > 1:
            self._batch = max(1, count // 2)
        shortest, longest = self._bounds
        most = min(longest, shortest * 2 ** min(failures, 20))
        return max(error.wait, self._jitter(shortest, most))
