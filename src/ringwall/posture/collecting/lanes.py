"""Threads that make calls: one whose API may be called now never waits for one that may not."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, ParamSpec, TypeVar

from ringwall.posture.collecting.pacing import Pace

_P = ParamSpec("_P")
_T = TypeVar("_T")
_RESTS_S: Final = 0.1
"""Seconds after which a thread that rests looks whether there is a lane that was not there."""


class Lanes:
    """As many calls at a time as there are threads; each waits in the lane of its API's pace.

    Of the lanes whose pace allows a call now each has its turn; within one, who came first goes
    first. A thread rests only while no lane may go.
    """

    def __init__(
        self,
        at_a_time: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pool = ThreadPoolExecutor(at_a_time, thread_name_prefix="collecting")
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._lanes: dict[Pace, deque[Callable[[], None]]] = {}

    def __enter__(self) -> "Lanes":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End with all calls done; after an error, such as Ctrl-C, what waits is not begun."""
        self._pool.shutdown(wait=error is None, cancel_futures=error is not None)

    def submit(
        self, lane: Pace, call: Callable[_P, _T], *given: _P.args, **named: _P.kwargs
    ) -> "Future[_T]":
        """Have a call made when its lane may go; it takes from the pace itself."""
        told: Future[_T] = Future()

        def make() -> None:
            if told.set_running_or_notify_cancel():
                try:
                    told.set_result(call(*given, **named))
                except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
                    told.set_exception(error)

        with self._lock:
            self._lanes.setdefault(lane, deque()).append(make)
        self._pool.submit(self._turn)
        return told

    def _turn(self) -> None:
        """Make one of the calls that wait; there are as many turns as calls."""
        while True:
            with self._lock:
                now = self._clock()
                lane = next((one for one in self._lanes if one.due <= now), None)
                if lane is not None:
                    waiting = self._lanes.pop(lane)
                    make = waiting.popleft()
                    if waiting:
                        self._lanes[lane] = waiting  # behind all others
                    break
                rests = min(one.due for one in self._lanes) - now
            self._sleep(min(rests, _RESTS_S))
        make()
