"""A thread beside the collector's own, for what waits for others: a table that is far away.

The collector goes on accepting meanwhile. What the thread needs of the collector is done by the
collector's thread, which alone may touch it.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, TypeVar

T = TypeVar("T")
_Job = tuple[Callable[[], Any], "Future[Any]"]

_LOOKS_EVERY_S: Final = 0.05


class Aside:
    """One thing at a time, in order. All but :meth:`there` is called by who made it."""

    def __init__(self) -> None:
        self._own = threading.get_ident()
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._begun: dict[str, Future[Any]] = {}
        self._ended = threading.Event()
        # It may hang in a call to a store that says nothing: no process waits for it to end.
        threading.Thread(target=self._work, name="table", daemon=True).start()

    def begin(self, what: str, do: Callable[[], object]) -> None:
        """Have it done by and by; nothing where the same is under way still."""
        if not self.is_under_way(what):
            self._begun[what] = self._submit(do)

    def is_under_way(self, what: str) -> bool:
        """Whether it was begun and is not done."""
        one = self._begun.get(what)
        return one is not None and not one.done()

    def wait(self, do: Callable[[], T]) -> T:
        """Have it done and wait, doing meanwhile what it asks of this thread."""
        done = self._submit(do)
        while not done.done():
            self.serve(_LOOKS_EVERY_S)
        return done.result()

    def there(self, do: Callable[[], T]) -> T:
        """What it comes to in the collector's thread; called by what is done aside."""
        if threading.get_ident() == self._own:
            return do()
        answer: Future[T] = Future()
        self._asked.put((do, answer))
        while not answer.done():
            if self._ended.wait(_LOOKS_EVERY_S) and not answer.done():
                msg = "the collector ended meanwhile"
                raise InterruptedError(msg)
        return answer.result()

    def serve(self, seconds: float = 0.0) -> None:
        """Do what was asked of the collector's thread; wait so long where nothing was."""
        with suppress(queue.Empty):
            one = self._asked.get(timeout=seconds) if seconds else self._asked.get_nowait()
            while True:
                _do(*one)
                one = self._asked.get_nowait()

    def end(self, seconds: float) -> None:
        """Begin nothing more, after waiting at most so long for what is under way."""
        until = time.monotonic() + seconds
        while any(map(self.is_under_way, self._begun)) and time.monotonic() < until:
            self.serve(_LOOKS_EVERY_S)
        self._ended.set()

    def _submit(self, do: Callable[[], T]) -> "Future[T]":
        answer: Future[T] = Future()
        self._jobs.put((do, answer))
        return answer

    def _work(self) -> None:
        while not self._ended.is_set():
            with suppress(queue.Empty):
                _do(*self._jobs.get(timeout=1.0))


def _do(do: Callable[[], Any], answer: "Future[Any]") -> None:
    try:
        answer.set_result(do())
    except Exception as error:  # noqa: BLE001 - it is told to whoever asked
        answer.set_exception(error)
