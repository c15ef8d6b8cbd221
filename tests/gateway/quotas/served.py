"""An event loop in a thread that answers at a unix socket."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ringwall.gateway.quotas.streams import Connection, Question

Asked = Callable[[Connection, Sequence[Question]], None]


class Served:
    """Answers while it is entered. ``beside`` runs in the same loop."""

    def __init__(
        self,
        path: Path,
        asked: Asked,
        beside: Callable[[], Coroutine[Any, Any, None]] | None = None,
    ) -> None:
        self.path, self._asked, self._beside = path, asked, beside
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stopped: asyncio.Event | None = None

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._stopped is not None
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        connections: list[Connection] = []

        def connected() -> Connection:
            connections.append(Connection(self._asked))
            return connections[-1]

        server = await self._loop.create_unix_server(connected, str(self.path))
        beside = None if self._beside is None else asyncio.create_task(self._beside())
        self._ready.set()
        await self._stopped.wait()
        server.close()
        for one in connections:
            one.close()
        if beside is not None:
            beside.cancel()
            await asyncio.wait([beside])
        await asyncio.sleep(0)
