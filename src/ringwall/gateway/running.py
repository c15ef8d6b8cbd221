"""One run of an installation: its processes, its control socket, its watched files."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import watchfiles

from ringwall.gateway import ports
from ringwall.gateway.binary import EnvoyRefusedError
from ringwall.gateway.certificates.credential import CredentialError
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.processes import specifications
from ringwall.gateway.versions import Version
from ringwall.gateway.xds import NotAcceptedError
from ringwall.runtime.configuration import Configuration, ConfigurationError
from ringwall.runtime.configuration.rendering import plain, to_json
from ringwall.runtime.installation import Installation, author
from ringwall.runtime.processes.control import ControlServer
from ringwall.runtime.processes.logs.records import Level, LogSink
from ringwall.runtime.processes.signals import Signals, run_until_told
from ringwall.runtime.processes.status import ProcessStatus
from ringwall.runtime.processes.supervisor import Supervisor

REFUSALS: Final = (
    ConfigurationError,
    CredentialError,
    EnvoyRefusedError,
    NotAcceptedError,
    LookupError,
)
"""What may be wrong with a configuration that is to be applied; the running one then stays."""

Announce = Callable[[Version], None]


class Run:
    """What ``ringwall up`` does, until it is told to stop. Construct it in the event loop."""

    def __init__(self, installation: Installation, *, sink: LogSink, watch: bool) -> None:
        self._installation, self._sink, self._watches = installation, sink, watch
        self._gateway = open_gateway(installation)
        self._supervisor = Supervisor(installation.run, sink=sink)
        self._applying = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._signals = Signals(hangup=self._hung_up)
        self._configuration: Configuration | None = None
        self._refused: dict[str, Any] | None = None

    async def serve(self, configuration: Configuration, *, announce: Announce) -> None:
        """Apply ``configuration``, start everything, and go on until told to end.

        Raises ``AlreadyRunningError``, :class:`~ringwall.gateway.ports.PortTakenError` or one of
        ``REFUSALS`` when nothing could be started.
        """
        with self._signals:
            self._supervisor.acquire()
            ports.require_free(self._gateway, configuration)
            version = await self._begin(configuration)
            control = ControlServer(self._handlers(), complain=self._complain)

            async def started(missing: tuple[ProcessStatus, ...]) -> None:
                for one in missing:
                    how = one.last_exit or "it goes on being tried"
                    self._say(Level.ERROR, f"{one.name} is not ready: {how}")
                announce(version)
                if self._watches:
                    self._keep(self._watch())

            await control.start(self._installation.control)
            try:
                await run_until_told(
                    self._supervisor,
                    specifications(self._installation, self._gateway, configuration),
                    signals=self._signals,
                    started=started,
                )
            finally:
                for task in self._tasks:
                    task.cancel()
                await control.close()

    async def _begin(self, configuration: Configuration) -> Version:
        latest = self._gateway.versions.latest()
        known = latest is not None and latest.hash == configuration.hash
        version = await asyncio.to_thread(
            self._gateway.apply, configuration, author=author(), reason="up", check=not known
        )
        self._configuration = configuration
        return version

    async def _apply(self, configuration: Configuration, *, author: str, reason: str) -> Version:
        async with self._applying:
            version = await asyncio.to_thread(
                self._gateway.apply, configuration, author=author, reason=reason
            )
            self._configuration, self._refused = configuration, None
            await self._supervisor.apply(
                specifications(self._installation, self._gateway, configuration)
            )
        self._say(Level.INFO, f"version {version.number} is in force ({reason}, {author})")
        return version

    def _handlers(self) -> dict[str, Callable[..., Awaitable[object]]]:
        return {
            "status": self._status,
            "reload": self._reload,
            "rollback": self._rollback,
            "down": self._down,
        }

    async def _reload(self, author: str, reason: str = "reload") -> object:
        async def found() -> Configuration:
            return await asyncio.to_thread(self._installation.load)

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
        except ConfigurationError as error:
            self._refused = {
                "reason": str(error),
                "problems": [{**to_json(one), "text": plain(one)} for one in error.problems],
            }
            for problem in error.problems:
                self._say(Level.ERROR, plain(problem))
        except REFUSALS as error:
            self._refused = {"reason": str(error), "problems": []}
        else:
            warnings = [to_json(one) for one in configuration.warnings]
            return {"version": version.to_json(), "warnings": warnings}
        self._say(Level.ERROR, f"{reason} is refused, what runs stays: {self._refused['reason']}")
        return {"refused": self._refused}

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
        asyncio.get_running_loop().call_later(0.05, self._signals.told.set)
        return {"pid": os.getpid()}

    async def _watch(self) -> None:
        """Apply the files whenever they change; other files in their folders do not count."""
        while self._configuration is not None:
            folders = _folders(self._configuration)
            async for _ in watchfiles.awatch(*folders, recursive=False, debounce=300, step=50):
                if await self._differs():
                    await self._reload(author(), "changed file")
                if _folders(self._configuration) != folders:
                    break

    async def _differs(self) -> bool:
        try:
            found = await asyncio.to_thread(self._installation.load)
        except (ConfigurationError, OSError):
            return True
        return self._configuration is None or found.hash != self._configuration.hash

    def _hung_up(self) -> None:
        self._keep(self._reload(author(), "SIGHUP"))

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _complain(self, sentence: str) -> None:
        self._say(Level.ERROR, sentence)

    def _say(self, level: Level, sentence: str) -> None:
        self._supervisor.say(level, sentence)


def _folders(configuration: Configuration) -> tuple[Path, ...]:
    places = {configuration.root / name.parent for name, _ in configuration.sources}
    return tuple(sorted(places))
