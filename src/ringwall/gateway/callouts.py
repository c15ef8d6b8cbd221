"""The process that answers call-outs: Cedar's engine over a socket that only the edge knows.

It is a process of its own, so that neither pages nor jobs wait for it, nor it for them. Each call
says by which version of the configuration it is to be judged: the one whose rules sent it. A
version that cannot be found is answered with an error, which denies at the edge.

Cedar decides one after the other. A call that the edge has given up on meanwhile is not decided any
more: else, once there are too many, all would be decided too late.
"""

import asyncio
import logging
import re
import signal
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from ringwall.access.engine import UndecidedError
from ringwall.gateway.callouts_ready import READY
from ringwall.gateway.deciding import Asking, Deciding, UnreadableError
from ringwall.gateway.envoy.callout import DECIDED_HEADER, PREFIX
from ringwall.gateway.opening import open_standing
from ringwall.gateway.standing import Standing
from ringwall.gateway.versions import DamagedVersionError
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.announcing import KEEPS_IDLE_S, listening_at
from ringwall.runtime.configuration import Configuration, ConfigurationError
from ringwall.runtime.installation import Installation

_MOST_KEPT: Final = 4
"""Versions: requests that were sent by the rules of the one before are still under way."""
_HASH: Final = re.compile(r"[0-9a-f]{64}")

_log = logging.getLogger(__name__)


class Callouts:
    """The application (ASGI). ``find`` reads a version by its hash; ``None`` where it cannot."""

    def __init__(self, find: Callable[[str], Deciding | None]) -> None:
        self._find = find
        self._versions: OrderedDict[str, Deciding] = OrderedDict()
        self._making = asyncio.Lock()
        self._turn = asyncio.Lock()

    async def ready(self, version: str) -> bool:
        """Make a version ready; whether it is."""
        async with self._making:
            if version not in self._versions:
                found = await asyncio.to_thread(self._find, version)
                if found is None:
                    return False
                self._versions[version] = found
            self._versions.move_to_end(version)
            while len(self._versions) > _MOST_KEPT:
                self._versions.popitem(last=False)
        return True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request: 200 with a decision, else 500."""
        path = scope["raw_path"].decode("latin-1")
        if path.startswith(f"{PREFIX}/"):
            name = await self._decided(scope, path.removeprefix(PREFIX), receive)
            status = 500 if name is None else 200
        else:
            name, status = None, await self._told(path)
        headers = [(b"content-length", b"0")]
        if name is not None:
            headers.append((DECIDED_HEADER.encode(), name.encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    async def _told(self, path: str) -> int:
        if path == READY:
            return 200
        version = path.removeprefix(f"{READY}/")
        if not _HASH.fullmatch(version):
            return 404
        return 200 if await self.ready(version) else 500

    async def _decided(self, scope: Any, path: str, receive: Any) -> str | None:
        try:
            asking = Asking.read(scope["method"], path, scope["headers"])
            version, _, _ = asking.about
            if version not in self._versions and not (
                _HASH.fullmatch(version) and await self.ready(version)
            ):
                _log.warning("a call-out is refused: there is no version %.12s", version)
                return None
            return await self._in_turn(self._versions[version], asking, receive)
        except (UnreadableError, UndecidedError, LookupError) as error:
            _log.warning("a call-out is refused: %s", error)
            return None

    async def _in_turn(self, version: Deciding, asking: Asking, receive: Any) -> str | None:
        """The decision, unless the edge has given up; between two it is seen who has."""
        gone = asyncio.ensure_future(_gone(receive))
        try:
            async with self._turn:
                await asyncio.sleep(0)  # let the loop look at the connections
                return None if gone.done() else version.decide(asking)
        finally:
            gone.cancel()


async def _gone(receive: Any) -> None:
    """End when whoever asks has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


def serve(installation: Installation) -> None:
    """Answer until SIGTERM."""
    asyncio.run(_serve(open_standing(installation)))


async def _serve(gateway: Standing) -> None:
    callouts = Callouts(lambda version: _found(gateway, version))
    try:
        latest = gateway.versions.latest()
        pending = gateway.versions.pending()
    except DamagedVersionError as error:
        _log.warning("%s", error)
        latest, pending = None, ()
    for hash_ in (*(() if latest is None else (latest.hash,)), *pending):
        await callouts.ready(hash_)
    answering = server(callouts)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, answering.stop)
    await answering.serve(sockets=[listening_at(gateway.layout.callouts)])


def server(callouts: Callouts) -> "Server":
    """What answers by it, once it is given a socket."""
    options = uvicorn.Config(
        callouts,
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEPS_IDLE_S,
    )
    return Server(options)


class Server(uvicorn.Server):
    """A server that leaves signals to the process."""

    def install_signal_handlers(self) -> None:
        """Install none: the process has its own."""

    def stop(self) -> None:
        """End once what is under way is answered."""
        self.should_exit = True


def _found(gateway: Standing, version: str) -> Deciding | None:
    try:
        configuration = gateway.configuration(version)
        return None if configuration is None else _deciding(configuration)
    except (ConfigurationError, DamagedVersionError, LookupError) as error:
        _log.warning("version %.12s cannot be made ready: %s", version, error)
        return None


def _deciding(configuration: Configuration) -> Deciding | None:
    compiled = Wanted.of(configuration).compiled
    return None if compiled is None else Deciding(compiled)
