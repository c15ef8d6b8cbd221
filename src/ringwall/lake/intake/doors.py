"""Where connections come in: so many at once, and no longer than it takes to say who comes."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from ringwall.lake.intake.counts import Counts

_HANDSHAKE_S: Final = 10.0
_GOODBYE_S: Final = 2.0
_BUFFERED: Final = 64 * 1024

TOO_MANY: Final = "too many connections"
NO_HANDSHAKE: Final = "no TLS handshake that succeeded"

_log = logging.getLogger(__name__)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Door:
    """Takes connections of one listening socket. ``most`` are open at once, others are closed."""

    def __init__(
        self,
        listening: socket.socket,
        serve: Serve,
        *,
        counts: Counts,
        most: int,
        context: Callable[[], ssl.SSLContext] | None = None,
    ) -> None:
        listening.setblocking(False)
        self._listening, self._serve, self._context = listening, serve, context
        self._counts, self._most = counts, most
        self._open: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._take())

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open)

    @property
    def address(self) -> str:
        """Where it listens."""
        name = self._listening.getsockname()
        return name if isinstance(name, str) else f"{name[0]}:{name[1]}"

    async def close(self, patience: float) -> None:
        """Take no more, and end what is open after so many seconds."""
        self._task.cancel()
        self._listening.close()
        if self._open:
            _, pending = await asyncio.wait(self._open, timeout=patience)
            for task in pending:
                task.cancel()
            if pending:
                await asyncio.wait(pending, timeout=_GOODBYE_S)

    async def _take(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, _ = await loop.sock_accept(self._listening)
            except OSError as error:  # no descriptor is free, or whoever came has gone
                _log.warning("a connection could not be taken: %s", error.strerror)
                await asyncio.sleep(0.1)
                continue
            if len(self._open) >= self._most:
                self._counts.refused[TOO_MANY] += 1
                sock.close()
                continue
            task = asyncio.create_task(self._one(sock))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

    async def _one(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=_BUFFERED, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        tls = None if self._context is None else self._context()
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol,
                sock,
                ssl=tls,
                ssl_handshake_timeout=_HANDSHAKE_S if tls else None,
                ssl_shutdown_timeout=_GOODBYE_S if tls else None,
            )
        except OSError:
            self._counts.refused[NO_HANDSHAKE] += 1
            sock.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await self._serve(reader, writer)
            writer.close()
            async with asyncio.timeout(_GOODBYE_S):
                await writer.wait_closed()
        except (OSError, TimeoutError):
            pass  # it went, or does not listen
        except Exception:  # noqa: BLE001 - one connection is not to end the others; it is told
            _log.exception("a connection was ended")
        finally:
            transport.abort()
