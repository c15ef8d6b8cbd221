"""One connection to Redis: replies in the order of what was asked."""

import asyncio
from collections.abc import Callable

from ringwall.gateway.quotas import resp


class UnusableError(Exception):
    """Redis answered, but not as is needed."""


class Link(asyncio.Protocol):
    """One connection. :attr:`gone` is done, or says why, once it is closed."""

    def __init__(self, replied: Callable[[resp.Reply], None]) -> None:
        self._replied = replied
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._first: asyncio.Future[resp.Reply] | None = None
        self._is_ready = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's, and no other
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so."""
        self.fail(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on each reply once it is whole."""
        self._buffer += data
        try:
            while (found := resp.read(self._buffer)) is not None:
                reply, self._buffer = found
                if self._is_ready:
                    self._replied(reply)
                elif self._first is not None and not self._first.done():
                    self._first.set_result(reply)
        except resp.GarbledError:
            self.fail(UnusableError("what it says is not Redis's protocol"))

    async def ask(self, *words: bytes) -> resp.Reply:
        """Ask before it is ready; ``UnusableError`` is what Redis says against it."""
        return await self.sent(resp.command(*words))

    async def sent(self, command: bytes) -> resp.Reply:
        """The same for a command that is written already."""
        self._first = asyncio.get_running_loop().create_future()
        self.send(command)
        await asyncio.wait((self._first, self.gone), return_when=asyncio.FIRST_COMPLETED)
        if not self._first.done():
            await self.gone
            msg = "the connection was closed"
            raise UnusableError(msg)
        reply = self._first.result()
        if isinstance(reply, resp.Refusal):
            raise UnusableError(reply.text)
        return reply

    def ready(self) -> None:
        """From now on replies go to whom was named at first."""
        self._is_ready = True

    def send(self, data: bytes) -> None:
        """Write, if there is still something to write to."""
        if self._transport is not None:
            self._transport.write(data)

    def fail(self, why: Exception | None) -> None:
        """Close it because of that, or of nothing more than its end."""
        if not self.gone.done():
            if why is None:
                self.gone.set_result(None)
            else:
                self.gone.set_exception(why)
        self.close()

    def close(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()
        if self.gone.done() and not self.gone.cancelled():
            self.gone.exception()  # looked at, so that nobody is told it never was
