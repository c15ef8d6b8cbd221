"""Owns the processes of one run: starts, keeps, changes, stops and recovers them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from ringwall.core.clock import Clock, SystemClock
from ringwall.runtime.processes import ending, kernel
from ringwall.runtime.processes.children import Child
from ringwall.runtime.processes.guarding import Guardian
from ringwall.runtime.processes.keeper import Keeper
from ringwall.runtime.processes.lock import InstanceLock
from ringwall.runtime.processes.logs.lines import neutral
from ringwall.runtime.processes.logs.records import Level, LogRecord, LogSink, Parsed
from ringwall.runtime.processes.logs.tail import LogTails
from ringwall.runtime.processes.paths import make_private
from ringwall.runtime.processes.recovery import (
    Recovery,
    end_leftovers,
    end_remembered,
    plan_recovery,
)
from ringwall.runtime.processes.spec import ProcessSpec, fingerprint, start_order
from ringwall.runtime.processes.state import Remembered, RunState, StateFile
from ringwall.runtime.processes.status import ProcessState, ProcessStatus


class Supervisor:
    """The processes of the run in ``run_dir`` (mode 0700, made if missing).

    Construct it inside the running event loop. Promises: one supervisor for one ``run_dir``; each
    process is written to ``run_dir/state.json`` so that, however this supervisor ends, the next
    one finds it; a process in trouble never holds up another one. ``broken`` fails if a keeper
    does, which is a defect of ours. The sink stays the caller's to close. ``told`` hears of each
    birth and death of a process, and must not take its time.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        sink: LogSink,
        clock: Clock | None = None,
        told: Callable[[Keeper, int, bool, str], None] | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.run_dir: Final = run_dir
        self.broken: Final[asyncio.Future[None]] = loop.create_future()
        self._sink = sink
        self._told = told or (lambda *_: None)
        self._clock = clock or SystemClock()
        make_private(run_dir)
        self._lock = InstanceLock(run_dir)
        logs = run_dir / "logs"
        make_private(logs)
        self._tails = LogTails(logs, sink, self._clock)
        self._state = StateFile(run_dir / "state.json", self._complain)
        self._boot = kernel.boot_identity()
        self._keepers: dict[str, Keeper] = {}
        self._expected: dict[str, ProcessStatus] = {}
        self._order: tuple[str, ...] = ()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._following: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()
        self._stopping: asyncio.Future[None] = loop.create_future()
        self._hurry: asyncio.Future[None] = loop.create_future()
        self._guardian = Guardian(self._guardian_lost)

    @property
    def guardian(self) -> str:
        """``absent`` when there never was one, ``present``, or ``lost``."""
        return self._guardian.state

    def tell_guardian(self) -> bool:
        """Tell the guardian to end, as a user would, which it passes on; False if there is none.

        Who is killed while it ends is started again to finish that only if the guardian knows.
        """
        return self._guardian.tell_to_end()

    def acquire(self) -> None:
        """Become the one supervisor of the run; :meth:`start` does it too.

        Raises:
            AlreadyRunningError: there is one.

        """
        self._lock.acquire()

    def expect(self, specs: Iterable[ProcessSpec]) -> None:
        """Tell of what :meth:`start` is going to start as starting; :meth:`start` does it too.

        Whoever asks before that would take those that are there already for all.

        Raises:
            SpecError: the specifications make no sense.

        """
        now = self._clock.now()
        self._expected = {
            spec.name: ProcessStatus(
                name=spec.name,
                state=ProcessState.STARTING,
                pid=None,
                restarts=0,
                since=now,
                last_exit=None,
                resident_bytes=0,
                essential=spec.essential,
                adopted=False,
            )
            for spec in start_order(specs)
        }
        self._order = tuple(self._expected)

    async def start(self, specs: Iterable[ProcessSpec]) -> tuple[ProcessStatus, ...]:
        """Recover what an earlier supervisor left, start the rest, wait for the essential ones.

        Children of a killed supervisor whose specification is unchanged are adopted without an
        interruption, others are ended first. Returns the essential processes that are not ready
        in time, which go on being tried: nothing returned, all is well.

        Raises:
            AlreadyRunningError: there is another supervisor.
            SpecError: the specifications make no sense; nothing was done.

        """
        ordered = start_order(specs)
        self.acquire()
        async with self._changing:
            self.expect(ordered)
            if self._following is None:
                self._following = asyncio.get_running_loop().create_task(self._tails.follow())
                self._following.add_done_callback(self._watch_own)
            recovery = plan_recovery(
                self._state.load(),
                boot=self._boot,
                wanted={spec.name: fingerprint(spec) for spec in ordered},
                alive=kernel.is_alive,
            )
            adopted = self._adopt(ordered, recovery)
            await end_leftovers(
                self.run_dir, recovery, adopted=adopted, hurry=self._hurry, say=self.say
            )
            self._note()
            return await self._launch([s for s in ordered if s.name not in adopted], recovery)

    async def extend(self, specs: Iterable[ProcessSpec]) -> tuple[ProcessStatus, ...]:
        """Start those of ``specs`` whose name is new, and give each its time to become ready.

        What runs stays as it is: so the new is there before :meth:`apply` ends the old. Returns
        those of the started that are not ready.

        Raises:
            SpecError: the specifications make no sense; nothing was done.

        """
        ordered = start_order(specs)
        async with self._changing:
            fresh = [spec for spec in ordered if spec.name not in self._keepers]
            if self._stopping.done() or not fresh:
                return ()
            self._order = (*self._order, *(spec.name for spec in fresh))
            names = {spec.name for spec in fresh}
            return await self._launch(fresh, None, awaited=lambda spec: spec.name in names)

    async def apply(self, specs: Iterable[ProcessSpec]) -> tuple[ProcessStatus, ...]:
        """Make ``specs`` what runs: stop the missing, restart the changed, start the new.

        Processes whose program, folder and environment are equal are left untouched. Returns the
        essential processes among the started that are not ready in time.

        Raises:
            SpecError: the specifications make no sense; nothing was done.

        """
        ordered = start_order(specs)
        async with self._changing:
            wanted = {spec.name: spec for spec in ordered}
            leaving = {
                name
                for name, keeper in self._keepers.items()
                if name not in wanted or fingerprint(wanted[name]) != fingerprint(keeper.spec)
            }
            await self._stop_some(leaving)
            for name, keeper in self._keepers.items():
                keeper.spec = wanted[name]
            self._order = tuple(wanted)
            if self._stopping.done():
                return ()
            return await self._launch([s for s in ordered if s.name not in self._keepers], None)

    async def stop(self) -> None:
        """End every process, in the order they ask for, and give up the run.

        Takes at most twice the grace of each link in the longest chain, see :meth:`hurry`.
        """
        if not self._stopping.done():
            self._stopping.set_result(None)
        self._expected.clear()
        async with self._changing:
            await self._stop_some(set(self._keepers))
            if self._lock.held:  # else the state is somebody else's
                self._note()
            self._guardian.close()
            if self._following is not None:
                self._following.cancel()
                await asyncio.wait({self._following})
                self._following = None
            self._tails.close()
            self._lock.release()

    def hurry(self) -> None:
        """No more patience in :meth:`stop`: what still lives gets SIGKILL now."""
        if not self._hurry.done():
            self._hurry.set_result(None)

    def status(self) -> tuple[ProcessStatus, ...]:
        """How every process fares, in start order."""
        table = kernel.process_table()
        found = []
        for name in self._order:
            if name in self._keepers:
                found.append(self._status_of(self._keepers[name], table))
            elif name in self._expected:
                found.append(self._expected[name])
        return tuple(found)

    def _status_of(
        self, keeper: Keeper, table: dict[int, kernel.ProcessFacts] | None = None
    ) -> ProcessStatus:
        resident = 0
        if table is not None and keeper.child is not None:
            alive = kernel.members(
                table,
                leader=keeper.child.identity,
                marked=lambda _pid: False,
                spared=frozenset(),
            )
            resident = sum(facts.resident for facts in alive)
        return ProcessStatus(
            name=keeper.spec.name,
            state=keeper.state,
            pid=keeper.child.identity.pid if keeper.child else None,
            restarts=keeper.restarts,
            since=keeper.since,
            last_exit=keeper.last_exit,
            resident_bytes=resident,
            essential=keeper.spec.essential,
            adopted=keeper.child is not None and keeper.child.adopted,
        )

    def _adopt(self, ordered: Sequence[ProcessSpec], recovery: Recovery) -> frozenset[str]:
        for spec in ordered:
            remembered = recovery.adopt.get(spec.name)
            if remembered is None:
                continue
            keeper = self._keeper(spec)
            if keeper.adopt(remembered.identity, remembered.restarts):
                self.say(Level.INFO, f"{spec.name} adopted (process {remembered.identity.pid})")
            self._run(keeper)
        return frozenset(self._keepers)

    async def _launch(
        self,
        specs: Sequence[ProcessSpec],
        recovery: Recovery | None,
        *,
        awaited: Callable[[ProcessSpec], bool] = lambda spec: spec.essential,
    ) -> tuple[ProcessStatus, ...]:
        fresh = [self._keeper(spec) for spec in specs]
        for keeper in fresh:
            before = recovery.died.get(keeper.spec.name) if recovery else None
            if before is not None:
                keeper.restarts = before.restarts + 1
                keeper.last_exit = "ended while no supervisor watched"
            self._run(keeper)

        async def settle() -> None:
            for keeper in [k for k in self._keepers.values() if awaited(k.spec)]:
                await keeper.settled.wait()

        # A task, as a cancelled gathering would complain that nobody looks at it.
        chances = asyncio.ensure_future(settle())
        waits: set[asyncio.Future[Any]] = {chances, self._stopping}
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        chances.cancel()
        return tuple(
            self._status_of(keeper)
            for keeper in self._keepers.values()
            if awaited(keeper.spec) and keeper.state is not ProcessState.READY
        )

    async def _stop_some(self, names: set[str]) -> None:
        async def stop_one(name: str) -> None:
            dependents = [n for n in names if self._ends_before(n, name)]
            if dependents:
                await asyncio.wait([stops[n] for n in dependents])
            keeper = self._keepers[name]
            keeper.stop()
            await asyncio.wait({self._tasks[name]})
            if keeper.child is not None:
                # The keeper failed; its process must not outlive the run all the same.
                remembered = self._remembered(keeper, keeper.child)
                await end_remembered(self.run_dir, remembered, hurry=self._hurry)

        loop = asyncio.get_running_loop()
        stops: dict[str, asyncio.Task[None]] = {}
        for name in names:
            stops[name] = loop.create_task(stop_one(name))
        if stops:
            await asyncio.wait(stops.values())
        for name in names:
            del self._keepers[name], self._tasks[name]
            self._tails.forget(name)

    def _ends_before(self, one: str, other: str) -> bool:
        first, second = self._keepers[one].spec, self._keepers[other].spec
        return other in first.after or one in second.outlives

    def _keeper(self, spec: ProcessSpec) -> Keeper:
        keeper = Keeper(
            spec,
            mark=ending.mark_for(self.run_dir, spec.name),
            tails=self._tails,
            clock=self._clock,
            hurry=self._hurry,
            changed=self._note,
            say=self.say,
            told=self._told,
        )
        self._keepers[spec.name] = keeper
        self._expected.pop(spec.name, None)
        # Followed from now on: an adopted child has been writing all along.
        self._tails.follow_name(spec.name)
        return keeper

    def _run(self, keeper: Keeper) -> None:
        after = [self._keepers[name] for name in keeper.spec.after if name in self._keepers]
        task = asyncio.get_running_loop().create_task(keeper.run(after))
        task.add_done_callback(self._watch_own)
        self._tasks[keeper.spec.name] = task

    def _watch_own(self, task: "asyncio.Task[None]") -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self.broken.done():
            self.broken.set_exception(error)

    def _note(self) -> None:
        self._state.note(
            RunState(
                self._boot,
                tuple(
                    self._remembered(keeper, keeper.child)
                    for keeper in self._keepers.values()
                    if keeper.child is not None
                ),
            )
        )

    @staticmethod
    def _remembered(keeper: Keeper, child: Child) -> Remembered:
        return Remembered(
            name=keeper.spec.name,
            identity=child.identity,
            fingerprint=fingerprint(keeper.spec),
            restarts=keeper.restarts,
            stop_signal=keeper.spec.stop_signal,
            stop_grace=keeper.spec.stop_grace,
        )

    def say(self, level: Level, sentence: str) -> None:
        """Put a sentence, or lines, of our own into the log stream, as the process ``ringwall``."""
        text = "\n".join(map(neutral, sentence.split("\n")))
        self._sink.emit(LogRecord(self._clock.now(), "ringwall", Parsed(level, text)))

    def _complain(self, sentence: str) -> None:
        self.say(Level.WARNING, sentence)

    def _guardian_lost(self) -> None:
        self.say(
            Level.ERROR,
            "the guardian was killed: the service goes on, but nothing restarts this supervisor "
            "if it is killed too. `ringwall down` and `ringwall up` bring the guardian back",
        )
