"""Keeping one process alive."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from math import inf
from typing import Any, Final, TypeVar

from ringwall.core.clock import Clock
from ringwall.runtime.processes import children, ending
from ringwall.runtime.processes.backoff import LONGEST, deaths_in_a_row, pause_after
from ringwall.runtime.processes.children import Child
from ringwall.runtime.processes.kernel import Identity
from ringwall.runtime.processes.logs.records import Level
from ringwall.runtime.processes.logs.tail import LogTails
from ringwall.runtime.processes.spec import Probe, ProcessSpec
from ringwall.runtime.processes.status import ProcessState, exit_in_words

_T = TypeVar("_T")

_PROBE_EVERY: Final = 0.05
_PROBE_PATIENCE: Final = 5.0
_STUCK_PATIENCE: Final = 5.0


class Keeper:
    """Starts one process, starts it again when it dies, and ends it when told.

    ``spec`` may be replaced by one with the same fingerprint. ``settled`` is set once the process
    has been ready, or has had its time to become so. ``changed`` is called when the running
    process is another one, ``say`` gets sentences for the log, ``told`` each birth and death: the
    process's number, whether it was born, and how it ended if nobody asked for that.
    """

    def __init__(
        self,
        spec: ProcessSpec,
        *,
        mark: str,
        tails: LogTails,
        clock: Clock,
        hurry: "asyncio.Future[None]",
        changed: Callable[[], None],
        say: Callable[[Level, str], None],
        told: Callable[["Keeper", int, bool, str], None],
    ) -> None:
        self.spec = spec
        self.state = ProcessState.STARTING
        self.since: datetime = clock.now()
        self.restarts = 0
        self.last_exit: str | None = None
        self.child: Child | None = None
        self.settled: Final = asyncio.Event()
        self.mark: Final = mark
        self._tails = tails
        self._clock = clock
        self._hurry = hurry
        self._changed = changed
        self._say = say
        self._tell = told
        self._deaths = 0
        self._told: Final[asyncio.Future[None]] = asyncio.get_running_loop().create_future()

    def adopt(self, identity: Identity, restarts: int) -> bool:
        """Take over a running process before :meth:`run`; False when it has just ended."""
        self.restarts = restarts
        self.child = children.adopt(identity)
        return self.child is not None

    def stop(self) -> None:
        """Tell :meth:`run` to end the process and return."""
        if not self._told.done():
            self._told.set_result(None)

    async def run(self, after: Sequence["Keeper"]) -> None:
        """Keep the process alive until :meth:`stop`; it and its descendants are gone then."""
        loop = asyncio.get_running_loop()
        if self.child is None:
            patient_until = loop.time() + self.spec.after_at_most
            for other in after:
                within = None if patient_until == inf else max(0.0, patient_until - loop.time())
                await self._unless_told(loop.create_task(other.settled.wait()), within=within)
        giving_up = loop.call_later(self.spec.ready_within, self.settled.set)
        try:
            while not self._told.done():
                born = loop.time()
                child = self.child or self._spawn()
                if child is not None:
                    await self._live(child)
                if self._told.done():
                    break
                self._deaths = deaths_in_a_row(self._deaths, loop.time() - born)
                await self._pause()
        finally:
            giving_up.cancel()
            self.settled.set()
        self._enter(ProcessState.STOPPED)

    def _spawn(self) -> Child | None:
        self._enter(ProcessState.STARTING)
        try:
            log = self._tails[self.spec.name].open_for_child()
            try:
                self.child = children.spawn(self.spec, log=log, mark=self.mark)
            finally:
                os.close(log)
        except OSError as error:
            self.last_exit = f"could not be started: {error}"
            self._say(Level.ERROR, f"{self.spec.name} {self.last_exit}")
            return None
        self._changed()
        self._say(Level.INFO, f"{self.spec.name} started (process {self.child.identity.pid})")
        self._tell(self, self.child.identity.pid, True, "")
        return self.child

    async def _live(self, child: Child) -> None:
        """From birth to burial."""
        if await self._becomes_ready(child):
            self._enter(ProcessState.READY)
            self.settled.set()
            await _first(child.exited, self._told)
        told = self._told.done()
        if told and not child.exited.done():
            await self._drain(child)
        await self._end_all(child)
        self.child = None
        self._tails[self.spec.name].read_all()
        self._changed()
        if told:
            self._say(Level.INFO, f"{self.spec.name} stopped")
        self._tell(self, child.identity.pid, False, "" if told else self.last_exit or "ended")

    async def _becomes_ready(self, child: Child) -> bool:
        loop = asyncio.get_running_loop()
        began = loop.time()
        probe = self.spec.ready
        while probe is not None and not await self._attempt(probe, child):
            if child.exited.done() or self._told.done():
                return False
            if loop.time() - began >= self.spec.ready_within:
                self.last_exit = f"was not ready within {self.spec.ready_within:g} s"
                self._say(Level.ERROR, f"{self.spec.name} {self.last_exit}; it is ended")
                return False
            await _first(child.exited, self._told, within=_PROBE_EVERY)
        if probe is not None:
            took = loop.time() - began
            self._say(Level.INFO, f"{self.spec.name} ready after {took:.2f} s")
        return True

    async def _attempt(self, probe: Probe, child: Child) -> bool:
        asked = asyncio.ensure_future(_awaited(probe()))
        await _first(asked, child.exited, self._told, within=_PROBE_PATIENCE)
        if not asked.done():
            await _cancelled(asked)
            return False
        if error := asked.exception():
            self._say(Level.ERROR, f"{self.spec.name}: its probe failed: {error!r}")
            return False
        return asked.result()

    async def _drain(self, child: Child) -> None:
        if self.spec.drain is None or self._hurry.done():
            return
        draining = asyncio.ensure_future(_awaited(self.spec.drain()))
        await _first(draining, self._hurry, child.exited, within=self.spec.stop_grace)
        if not draining.done():
            await _cancelled(draining)
            self._say(Level.WARNING, f"{self.spec.name} did not drain in time")
        elif error := draining.exception():
            self._say(Level.WARNING, f"{self.spec.name} could not be drained: {error!r}")

    async def _end_all(self, child: Child) -> None:
        """After this nothing of the process is left, and its end is told."""
        crashed = child.exited.done()
        if crashed:
            self.last_exit = exit_in_words(child.exited.result())
        left = await ending.end(
            lambda: ending.belonging_to(child.identity, self.mark),
            stop_signal=self.spec.stop_signal,
            # What a dead process leaves behind stands in the way of the next: at once.
            grace=0.0 if crashed else self.spec.stop_grace,
            hurry=self._hurry,
        )
        child.kill()
        await _first(child.exited, within=_STUCK_PATIENCE)
        if left or not child.exited.done():
            stuck = ", ".join(map(str, left)) or str(child.identity.pid)
            self._say(Level.ERROR, f"{self.spec.name}: process {stuck} cannot be ended")
        elif not crashed and self._told.done():
            self.last_exit = exit_in_words(child.exited.result())

    async def _pause(self) -> None:
        pause = pause_after(self._deaths)
        self.restarts += 1
        self._enter(ProcessState.FAILED if pause >= LONGEST else ProcessState.BACKOFF)
        when = f"in {pause:g} s" if pause else "at once"
        self._say(Level.ERROR, f"{self.spec.name} {self.last_exit}; starting it again {when}")
        await _first(self._told, within=pause)

    async def _unless_told(
        self, task: "asyncio.Task[bool]", *, within: float | None = None
    ) -> None:
        await _first(task, self._told, within=within)
        if not task.done():
            await _cancelled(task)

    def _enter(self, state: ProcessState) -> None:
        if state is not self.state:
            self.state = state
            self.since = self._clock.now()


async def _first(*futures: "asyncio.Future[Any]", within: float | None = None) -> None:
    """Wait until one of ``futures`` is done, or for ``within`` seconds; none is cancelled."""
    await asyncio.wait(futures, timeout=within, return_when=asyncio.FIRST_COMPLETED)


async def _awaited(thing: Awaitable[_T]) -> _T:
    return await thing


async def _cancelled(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    await asyncio.wait({task})
