"""A handler for Python's logging that sends what a service logs to the intake.

For the protected services: of Ringwall it imports nothing, and beyond the standard library nothing.

    handler = IntakeHandler("unix:/run/ringwall/in/shop.sock", spill="/var/lib/shop/log.spill")
    logging.getLogger().addHandler(handler)

A record becomes plain JSON with a uid of its own; what ``extra`` adds is in it (``user_id``, ``ip``
and the like are understood). It is sent by a thread of the handler's own. A program never waits for
it, and never sees it fail: while the intake cannot be reached, events go to the file ``spill``, and
from there once it can; there they are also found by the next process. They come at least once, and
their uids tell the intake which came before. What the queue and the file have no room for is
counted, and told by an event of its own.
"""

import atexit
import logging
import os
import queue
import ssl
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringwall.lake.handler.records import encoded, loss
from ringwall.lake.handler.sending import Sender
from ringwall.lake.handler.spill import Spill

__all__ = ["IntakeHandler"]

_BATCH: Final = 500
_BATCH_BYTES: Final = 1024 * 1024
_LONGEST_WAIT_S: Final = 30.0


class IntakeHandler(logging.Handler):
    """Sends records to ``url``: ``https://...``, or ``unix:/path/of/the/service.sock``.

    ``key`` is the service's key, ``context`` holds its certificate and whom it trusts; at a socket
    neither is needed. ``most`` records wait in memory, ``most_spilled`` bytes in the file
    ``spill``. ``every`` is how many seconds records are gathered; ``patience`` how many the end of
    the program may wait for the last ones. ``ValueError`` and ``OSError`` tell when it is made what
    of this cannot be used; later nothing is raised.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str | None = None,
        context: ssl.SSLContext | None = None,
        spill: str | os.PathLike[str] | None = None,
        most: int = 10_000,
        most_spilled: int = 64 * 1024 * 1024,
        every: float = 0.5,
        patience: float = 5.0,
        level: int = logging.NOTSET,
    ) -> None:
        super().__init__(level)
        self._made = (url, key, context)
        self._path = None if spill is None else Path(spill)
        self._most, self._most_spilled = most, most_spilled
        self._every, self._patience = every, patience
        self.lost = 0
        """Events for which there was no room, and of which the intake was not told yet."""
        self._begin()

    def emit(self, record: logging.LogRecord) -> None:
        """Put it into the queue, and come back at once."""
        try:
            # Neither the thread nor the files came along into a fork; and `logging.config`, which
            # servers call as they start, closes every handler that there is.
            if self._pid != os.getpid() or self._ended.is_set():
                self._begin()
            self._queue.put_nowait(encoded(record))
        except Exception:  # noqa: BLE001 - whatever is wrong with it, the program goes on
            self._lose(1)

    def flush(self) -> None:
        """Wait until what was logged is sent or spilled, at most as long as is allowed."""
        deadline = time.monotonic() + self._patience
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def close(self) -> None:
        """Send or spill what waits, and end. May be called again."""
        if not self._ended.is_set() and self._pid == os.getpid():
            self._ended.set()
            with suppress(queue.Full):
                self._queue.put_nowait(None)
            if self._thread.is_alive():  # it never began, where the interpreter was ending
                self._thread.join(self._patience)
            if self._thread.is_alive() and self._spill is not None:
                # It waits for an answer: better twice than never.
                with suppress(OSError):  # it ended just now
                    self._spill.add([*self._under_way, *self._drained()])
        atexit.unregister(self.close)
        super().close()

    def _begin(self) -> None:
        """Have everything that only one process can have."""
        self._sender = Sender(*self._made)
        self._spill = None if self._path is None else Spill(self._path, self._most_spilled)
        self._queue: queue.Queue[bytes | None] = queue.Queue(self._most)
        self._under_way: list[bytes] = []
        self._again_at, self._wait = 0.0, 0.0
        self._looks_around = True
        self._ended = threading.Event()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._run, name="ringwall-log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def _lose(self, count: int) -> None:
        self.acquire()  # logging makes this lock anew in a fork
        try:
            self.lost += count
        finally:
            self.release()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._under_way, is_last = self._batch()
            try:
                self._pass_on(self._under_way, is_last=is_last)
            except Exception:  # noqa: BLE001 - the thread has to live on
                self._lose(len(self._under_way))
            for _ in self._under_way:
                self._queue.task_done()
            self._under_way = []
        self._sender.close()
        if self._spill is not None:
            self._spill.close()

    def _batch(self) -> tuple[list[bytes], bool]:
        """What came within the time for it; and whether nothing comes after it."""
        batch: list[bytes] = []
        size, deadline = 0, time.monotonic() + self._every
        while len(batch) < _BATCH and size < _BATCH_BYTES:
            left = deadline - time.monotonic()
            try:
                if left > 0 and not self._ended.is_set():
                    one = self._queue.get(timeout=left)
                else:
                    one = self._queue.get_nowait()
            except queue.Empty:
                return batch, self._ended.is_set()
            if one is None:
                self._queue.task_done()
                continue  # what wakes this thread at the end
            batch.append(one)
            size += len(one)
        return batch, False

    def _pass_on(self, batch: list[bytes], *, is_last: bool) -> None:
        """Send what waits in the file, and ``batch``; or have it wait there."""
        if time.monotonic() >= self._again_at:
            try:
                self._send(batch)
            except OSError:
                self._wait = min(_LONGEST_WAIT_S, max(self._every, self._wait * 2))
                self._again_at = time.monotonic() + self._wait
            else:
                self._wait = 0.0
                return
        kept = 0 if self._spill is None else self._spill.add(batch)
        if self._spill is None and not is_last:
            kept = self._put_back(batch)
            self._ended.wait(self._every)
        if kept < len(batch):
            self._lose(len(batch) - kept)

    def _send(self, batch: list[bytes]) -> None:
        if self._spill is not None:
            self._lose(self._spill.send(self._sender.send))
            if self._looks_around:
                for other in self._spill.left():
                    self._lose(other.send(self._sender.send))
                self._looks_around = False
        if lost := self.lost:
            self._sender.send(loss(lost))
            self._lose(-lost)
        if batch and not self._sender.send(b"".join(batch)):
            self._lose(len(batch))

    def _put_back(self, batch: list[bytes]) -> int:
        """Without a file they wait in the queue, as far as it has room."""
        for number, one in enumerate(batch):
            try:
                self._queue.put_nowait(one)
            except queue.Full:
                return number
        return len(batch)

    def _drained(self) -> list[bytes]:
        found: list[bytes] = []
        with suppress(queue.Empty):
            while True:
                if (one := self._queue.get_nowait()) is not None:
                    found.append(one)
        return found
