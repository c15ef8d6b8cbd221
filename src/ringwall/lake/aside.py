"""A thread beside the collector's own, for what waits for others: a table that is far away.

The collector goes on accepting meanwhile. What the thread needs of the collector is done by the
collector's thread, which alone may touch it.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, TypeVar

T = TypeVar("T")

_LOOKS_EVERY_S: Final = 0.05


class Aside:
    """One thing at a time, in order. Made in the collector's thread, which calls all but ``there``."""

    def __init__(self) -> None:
        self._own = threading.get_ident()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="table")
        self._asked: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._under_way: dict[str, Future[Any]] = {}

    def begin(self, what: str, do: Callable[[], object]) -> None:
        """Have it done by and by; nothing where the same is under way still."""
        before = self._under_way.get(what)
        if before is None or before.done():
            self._under_way[what] = self._pool.submit(do)

    def is_under_way(self, what: str) -> bool:
        """Whether it was begun and is not done."""
        one = self._under_way.get(what)
        return one is not None and not one.done()

    def wait(self, do: Callable[[], T]) -> T:
        """Have it done and wait, doing meanwhile what it asks of this thread."""
        done = self._pool.submit(do)
        while not done.done():
            self.serve(_LOOKS_EVERY_S)
        return done.result()

    def there(self, do: Callable[[], T]) -> T:
        """What it comes to in the collector's thread; called by what is done aside."""
        if threading.get_ident() == self._own:
            return do()
        answer: Future[T] = Future()
        self._asked.put((do, answer))
        return answer.result()

    def serve(self, seconds: float = 0.0) -> None:
        """Do what was asked of the collector's thread; wait so long where nothing was."""
        with suppress(queue.Empty):
            do, answer = self._asked.get(timeout=seconds) if seconds else self._asked.get_nowait()
            while True:
                try:
                    answer.set_result(do())
                except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                    answer.set_exception(error)
                do, answer = self._asked.get_nowait()

    def end(self, seconds: float) -> None:
        """End, after waiting at most so long for what is under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        waiting = [one for one in self._under_way.values() if not one.done()]
        for _ in range(int(seconds / _LOOKS_EVERY_S)):
            if all(one.done() for one in waiting):
                return
            self.serve(_LOOKS_EVERY_S)
