"""Put checkpoints at anchors, and try again what could not be put."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.core.clock import Clock
from ringwall.ledger.anchors.anchor import Anchor, AnchorError, Sealed
from ringwall.ledger.anchors.queue import Queue
from ringwall.ledger.notes import Note

_FIRST: Final = timedelta(seconds=10)
_LONGEST: Final = timedelta(hours=1)


@dataclass(slots=True)
class Status:
    """How it stands with one anchor."""

    name: str
    waiting: int = 0
    delivered: int = 0
    """Since this process began."""
    trouble: str = ""
    """Why the last try failed; empty where it did not."""
    failing_since: datetime | None = None
    next_try: datetime | None = None
    size: int | None = None
    """How many entries the checkpoint has that was put there last, since this process began."""
    put_at: datetime | None = None
    pause: timedelta = field(default=_FIRST, repr=False)


class Delivery:
    """The anchors of a log, with what waits for each below ``folder``. For one process."""

    def __init__(self, folder: Path, anchors: Iterable[Anchor], clock: Clock) -> None:
        self._anchors, self._clock = tuple(anchors), clock
        names = [one.name for one in self._anchors]
        if len(set(names)) != len(names):
            msg = f"two anchors have the same name: {sorted(names)}"
            raise ValueError(msg)
        self._queues = {one.name: Queue(folder / one.name) for one in self._anchors}
        self._status = {name: Status(name, waiting=len(self._queues[name])) for name in names}

    def offer(self, note: Note) -> None:
        """Keep a signed checkpoint for all anchors: from now on it is not forgotten."""
        sealed = Sealed(note)
        for name, queue in self._queues.items():
            queue.add(sealed)
            self._status[name].waiting = len(queue)

    def deliver(self) -> tuple[Status, ...]:
        """Put what waits, the smallest first, at each anchor until it fails; how it stands.

        One that failed is tried again after 10 seconds, then twice as long each time, an hour at
        most. Takes as long as the anchors do: not for a process that has to be quick.
        """
        for anchor in self._anchors:
            status = self._status[anchor.name]
            if status.next_try is None or status.next_try <= self._clock.now():
                self._deliver_to(anchor, status)
        return self.statuses()

    def statuses(self) -> tuple[Status, ...]:
        """How it stands with each anchor."""
        return tuple(self._status.values())

    def _deliver_to(self, anchor: Anchor, status: Status) -> None:
        queue = self._queues[anchor.name]
        for sealed in queue.waiting():
            try:
                anchor.put(sealed)
            except AnchorError as error:
                now = self._clock.now()
                status.trouble, status.next_try = str(error), now + status.pause
                status.failing_since = status.failing_since or now
                status.pause = min(status.pause * 2, _LONGEST)
                break
            queue.remove(sealed)
            status.delivered += 1
            status.size, status.put_at = sealed.checkpoint.size, self._clock.now()
            status.trouble, status.failing_since, status.next_try = "", None, None
            status.pause = _FIRST
        status.waiting = len(queue)
