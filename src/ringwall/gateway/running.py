"""One run of an installation: its processes, its control socket, its watched files."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

from ringwall.gateway import ports, recording
from ringwall.gateway.callouts_ready import make_ready
from ringwall.gateway.catching_up import catch_up
from ringwall.gateway.change import Change
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.processes import specifications
from ringwall.gateway.refusing import REFUSALS, problems_told, refusal
from ringwall.gateway.shadow_run import ShadowRun
from ringwall.gateway.versions import DamagedVersionError, Version
from ringwall.gateway.wanted import Wanted
from ringwall.gateway.watching import Watch
from ringwall.gateway.xds import NotAcceptedError
from ringwall.runtime.configuration import Configuration, ConfigurationError
from ringwall.runtime.installation import Installation, author
from ringwall.runtime.processes.control import ControlServer
from ringwall.runtime.processes.guarding import RunMark
from ringwall.runtime.processes.keeper import Keeper
from ringwall.runtime.processes.logs.lines import neutral
from ringwall.runtime.processes.logs.records import Level, LogSink
from ringwall.runtime.processes.signals import Signals, run_until_told
from ringwall.runtime.processes.spec import ProcessSpec
from ringwall.runtime.processes.status import ProcessStatus
from ringwall.runtime.processes.supervisor import Supervisor
from ringwall.runtime.recording.spool import require_room
from ringwall.runtime.refusals import Refused
from ringwall.runtime.table_files import bring_home

Announce = Callable[[Version], None]


class Run:
    """What ``ringwall up`` does, until it is told to stop. Construct it in the event loop.

    With ``hangup_ends`` SIGHUP, a closed terminal, ends the run; else it means ``reload``.
    """

    def __init__(
        self, installation: Installation, *, sink: LogSink, watch: bool, hangup_ends: bool = False
    ) -> None:
        self._installation, self._sink, self._watches = installation, sink, watch
        self._gateway = open_gateway(installation)
        self._supervisor = Supervisor(installation.run, sink=sink, told=self._process_told)
        self._telling = ThreadPoolExecutor(1, thread_name_prefix="activity")
        self._applying = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._signals = Signals(hangup=None if hangup_ends else self._hung_up)
        self._configuration: Configuration | None = None
        self._refused: dict[str, Any] | None = None
        self._watch = Watch(installation, self._changed, complain=self._complain)
        self._shadow = ShadowRun(
            self._gateway,
            configuration=lambda: self._configuration,
            put=self._put_again,
            say=self._say,
        )
        self._mark = RunMark(installation.run)

    def choose(self, *, last_good: bool) -> Configuration:
        """What to start with: the files, unless this run has had a configuration in force already.

        A supervisor that was killed goes on with exactly what was in force, whatever the files
        say by now. With ``last_good`` files that are wrong give way to the version applied last.
        """
        killed = self._mark.is_of_this_run()
        try:
            configuration = self._files()
        except (ConfigurationError, Refused) as error:
            kept = self._kept() if killed or last_good else None
            if kept is None:
                raise
            self._refused, self._watch.seen = refusal(error), str(error)
            return kept
        self._watch.seen = configuration.hash
        kept = self._kept() if killed else None
        if kept is None or kept.hash == configuration.hash:
            return configuration
        self._say(Level.WARNING, "the files differ from what is in force: `ringwall diff` says how")
        return kept

    def _files(self) -> Configuration:
        configuration = self._installation.load()
        self._gateway.require_policies(configuration)
        return configuration

    def _kept(self) -> Configuration | None:
        try:
            return self._gateway.in_force()
        except (ConfigurationError, DamagedVersionError) as error:
            self._complain(str(error))
            return None

    async def serve(self, configuration: Configuration, *, announce: Announce) -> None:
        """Apply ``configuration``, start everything, and go on until told to end.

        Raises ``AlreadyRunningError`` or one of ``REFUSALS`` when nothing could be started.
        """
        with self._signals:
            self._supervisor.acquire()
            if not self._mark.is_of_this_run():
                bring_home(self._installation.state)
            ports.require_free(self._gateway, configuration)
            version = await self._begin(configuration)
            control = ControlServer(self._handlers(), complain=self._complain)

            async def started(missing: tuple[ProcessStatus, ...]) -> None:
                for one in missing:
                    how = one.last_exit or "it goes on being tried"
                    self._say(Level.ERROR, f"{one.name} is not ready: {how}")
                announce(version)
                if self._watches:
                    self._keep(self._watch.run())

            specs = self._specifications(configuration)
            self._supervisor.expect(specs)
            await control.start(self._installation.control)
            self._keep(self._shadow.watch())
            try:
                await run_until_told(
                    self._supervisor,
                    specs,
                    signals=self._signals,
                    started=started,
                )
            finally:
                for task in self._tasks:
                    task.cancel()
                await control.close()
                self._telling.submit(recording.run_ended, self._installation.state)
                await asyncio.to_thread(self._telling.shutdown)

    async def _begin(self, configuration: Configuration) -> Version:
        known, state = None, self._installation.state
        is_again = self._mark.is_of_this_run()
        self._telling.submit(recording.run_began, state, again=is_again, by=author())
        try:
            known = self._gateway.versions.latest()
        except DamagedVersionError as error:
            self._complain(str(error))
        checked = known is not None and known.is_of(configuration)
        # After a kill the edge still runs, and the worker: neither has missed anything.
        caught_up = None
        if not self._mark.is_of_this_run():
            caught_up = asyncio.create_task(
                asyncio.to_thread(catch_up, self._installation, configuration)
            )
        try:
            version = await asyncio.to_thread(
                self._gateway.apply, configuration, author=author(), reason="up", check=not checked
            )
        finally:
            is_caught_up = caught_up is None or await caught_up
        if not is_caught_up:
            self._complain(
                "the database does not say what was revoked meanwhile: the edge starts with what "
                "it knew, and follows once the worker can ask"
            )
        self._configuration = configuration
        await self._in_force(version, known, by="" if is_again else author())
        self._mark.set()
        await self._shadow.see()
        return version

    async def _apply(self, configuration: Configuration, *, author: str, reason: str) -> Version:
        version = await self._put(configuration, author=author, reason=reason)
        await self._shadow.see()
        return version

    async def _put_again(self, author: str, reason: str) -> Version:
        return await self._put(None, author=author, reason=reason)

    async def _put(
        self, configuration: Configuration | None, *, author: str, reason: str
    ) -> Version:
        """Put a configuration in force: new processes first, then the edge, then the old end.

        ``None`` is what is in force already, once more.
        """
        async with self._applying:
            current = self._configuration
            configuration = configuration or current
            if configuration is None:
                msg = "nothing is in force yet"
                raise LookupError(msg)
            if current is not None:
                ports.require_new_free(current, configuration)
            require_room(self._installation.state)
            before = await asyncio.to_thread(self._latest)
            change = await asyncio.to_thread(
                self._gateway.begin, configuration, author=author, reason=reason
            )
            try:
                await asyncio.to_thread(change.prepare)
                missing = await self._supervisor.extend(self._specifications(configuration))
                for one in missing:
                    self._say(Level.WARNING, f"{one.name} is not ready yet")
                await asyncio.to_thread(self._ready_callouts, configuration)
                await self._in_force(change.version, before, began=True)
                await asyncio.to_thread(change.turn)
            except BaseException:
                await asyncio.to_thread(change.undo)
                if current is not None:
                    await self._supervisor.apply(self._specifications(current))
                raise
            self._take(configuration)
            await self._in_force(change.version, before)
            try:
                await self._supervisor.apply(self._specifications(configuration))
            finally:
                await self._finish(change)
        self._say(
            Level.INFO,
            f"version {change.version.number} is in force ({neutral(f'{reason}, {author}')})",
        )
        await asyncio.to_thread(self._tell_worker)
        return change.version

    def _ready_callouts(self, configuration: Configuration) -> None:
        """Before the edge asks about a version, who answers has its policies ready."""
        if not Wanted.of(configuration).has_callouts:
            return
        try:
            make_ready(self._gateway.layout.callouts, configuration.hash)
        except OSError as error:
            self._complain(f"call-outs are refused until the process that answers is well: {error}")

    def _tell_worker(self) -> None:
        from ringwall.runtime.worker import configuration_changed  # noqa: PLC0415 - only now

        try:
            configuration_changed(self._installation)
        except sqlite3.Error as error:
            self._complain(f"the worker sees the change only at its next minute: {error}")

    async def _finish(self, change: Change) -> None:
        try:
            await asyncio.to_thread(change.finish)
        except (NotAcceptedError, OSError) as error:
            # In force it is; the next change takes away what is left of the one before.
            self._complain(f"what only the version before needed is still there: {error}")

    def _latest(self) -> Version | None:
        try:
            return self._gateway.versions.latest()
        except DamagedVersionError:
            return None

    async def _in_force(
        self, version: Version, before: Version | None, *, began: bool = False, by: str = ""
    ) -> None:
        """Record that a version is about to be in force, or is.

        Whoever is killed in between finds in the record that it was begun, and what was in force
        when the supervisor went on.
        """
        state = self._installation.state
        await asyncio.to_thread(
            recording.version_applied, state, version, before, began=began, by=by
        )

    def _process_told(self, keeper: Keeper, pid: int, born: bool, how: str) -> None:
        self._telling.submit(
            recording.process_told,
            self._installation.state,
            keeper.spec.name,
            pid,
            launched=born,
            how=how,
            restarts=keeper.restarts,
        )

    def _take(self, configuration: Configuration) -> None:
        self._configuration, self._refused = configuration, None

    def _specifications(self, configuration: Configuration) -> tuple[ProcessSpec, ...]:
        return specifications(self._installation, self._gateway, configuration)

    def _handlers(self) -> dict[str, Callable[..., Awaitable[object]]]:
        return {
            "status": self._status,
            "reload": self._reload,
            "rollback": self._rollback,
            "down": self._down,
            "shadow_start": self._shadow.start,
            "shadow_stop": self._shadow.stop,
        }

    async def _reload(self, author: str, reason: str = "reload") -> object:
        async def found() -> Configuration:
            self._watch.seen = await asyncio.to_thread(self._watch.look)
            return await asyncio.to_thread(self._files)

        return await self._try(found, author=author, reason=reason)

    async def _rollback(self, author: str, number: int) -> object:
        async def found() -> Configuration:
            versions = self._gateway.versions
            return versions.load(versions.get(number), self._installation.sections)

        return await self._try(found, author=author, reason=f"rollback to {number}")

    async def _try(
        self, find: Callable[[], Awaitable[Configuration]], *, author: str, reason: str
    ) -> object:
        """Apply what ``find`` finds; a refusal is an answer, and is kept for ``status``."""
        try:
            configuration = await find()
            version = await self._apply(configuration, author=author, reason=reason)
        except REFUSALS as error:
            self._refused = refusal(error)
            await asyncio.to_thread(
                recording.version_refused,
                self._installation.state,
                author=author,
                reason=reason,
                refused=self._refused,
                before=await asyncio.to_thread(self._latest),
            )
        else:
            warnings = problems_told(configuration.warnings)
            self._say_problems(warnings)
            return {"version": version.to_json(), "warnings": warnings}
        problems = self._refused["problems"]
        self._say_problems(problems)
        why = "" if problems else f": {self._refused['reason']}"
        self._say(Level.ERROR, f"{reason} is refused, what runs stays{why}")
        return {"refused": self._refused}

    def _say_problems(self, problems: list[dict[str, Any]]) -> None:
        for one in problems:
            # The level says it already, where no place stands before it.
            text = one["text"].removeprefix(f"{one['severity']}: ")
            self._say(Level[one["severity"].upper()], text)

    async def _status(self) -> object:
        return {
            "processes": [
                {**asdict(one), "state": str(one.state), "since": one.since.isoformat()}
                for one in self._supervisor.status()
            ],
            "supervisor": {"pid": os.getpid(), "guardian": self._supervisor.guardian},
            "refused": self._refused,
        }

    async def _down(self) -> object:
        asyncio.get_running_loop().call_later(0.05, self._end)
        guarded = self._supervisor.guardian == "present"
        return {"pid": os.getpid(), "guardian": os.getppid() if guarded else None}

    def _end(self) -> None:
        told = self._signals.told
        if not told.is_set() and not self._supervisor.tell_guardian():
            told.set()

    async def _changed(self) -> None:
        if self._configuration is None or self._watch.seen != self._configuration.hash:
            await self._reload(author(), "changed file")
        elif self._refused is not None:
            self._refused = None
            self._say(Level.INFO, "the files say what is in force again")

    def _hung_up(self) -> None:
        self._keep(self._reload(author(), "SIGHUP"))

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._dropped)

    def _dropped(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._complain(f"a defect, please report it: {error!r}")

    def _complain(self, sentence: str) -> None:
        self._say(Level.ERROR, sentence)

    def _say(self, level: Level, sentence: str) -> None:
        self._supervisor.say(level, sentence)
