"""Being told to end: what SIGINT, SIGTERM and SIGHUP mean to a supervisor."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, Final, Self

from ringwall.runtime.processes.spec import ProcessSpec
from ringwall.runtime.processes.status import ProcessStatus
from ringwall.runtime.processes.supervisor import Supervisor

_ENDING: Final = (signal.SIGINT, signal.SIGTERM)


class Signals:
    """While entered, signals set events instead of ending the process.

    The first SIGINT or SIGTERM sets ``told``, a later one ``again``. SIGHUP calls ``hangup``, or
    counts as SIGTERM without one. Signals a guardian held back for us arrive on entering. Only in
    the main thread, inside the running event loop.
    """

    def __init__(self, hangup: Callable[[], None] | None = None) -> None:
        self.told: Final = asyncio.Event()
        self.again: Final = asyncio.Event()
        self._hangup = hangup

    def __enter__(self) -> Self:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        for signum in _ENDING:
            loop.add_signal_handler(signum, self._tell)
        loop.add_signal_handler(signal.SIGHUP, self._hangup or self._tell)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {*_ENDING, signal.SIGHUP})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        loop = asyncio.get_running_loop()
        for signum in (*_ENDING, signal.SIGHUP):
            loop.remove_signal_handler(signum)

    def _tell(self) -> None:
        if self.told.is_set():
            self.again.set()
        self.told.set()


async def run_until_told(
    supervisor: Supervisor,
    specs: Iterable[ProcessSpec],
    *,
    signals: Signals,
    started: Callable[[tuple[ProcessStatus, ...]], Awaitable[None]] | None = None,
) -> None:
    """Start, wait until ``signals`` tell to end (which may be at once), stop; twice told: faster.

    ``started`` hears which essential processes are not ready. Whatever goes wrong, the processes
    are stopped before the error is raised.
    """
    loop = asyncio.get_running_loop()
    told = loop.create_task(signals.told.wait())
    # Signals held back until now are delivered in the loop's next rounds.
    await asyncio.wait({told}, timeout=0.01)
    starting = loop.create_task(_start(supervisor, () if told.done() else specs, started))
    try:
        either: set[asyncio.Future[Any]] = {told, starting}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
        either = {told, supervisor.broken}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hurrying = loop.create_task(_hurry(supervisor, signals))
        await supervisor.stop()
        hurrying.cancel()
        told.cancel()
        ended: set[asyncio.Future[Any]] = {hurrying, told, starting}
        await asyncio.wait(ended)
    await starting
    if supervisor.broken.done():
        await supervisor.broken


async def _start(
    supervisor: Supervisor,
    specs: Iterable[ProcessSpec],
    started: Callable[[tuple[ProcessStatus, ...]], Awaitable[None]] | None,
) -> None:
    missing = await supervisor.start(specs)
    if started is not None:
        await started(missing)


async def _hurry(supervisor: Supervisor, signals: Signals) -> None:
    await signals.again.wait()
    supervisor.hurry()
