"""One client's connection of HTTP/1.1 over TLS, from a source address of its own."""

import asyncio
import re
import ssl
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_CLOSE: Final = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class ClosedError(Exception):
    """The other side closed; ``untouched`` when nothing of an answer had come."""

    def __init__(self, *, untouched: bool) -> None:
        super().__init__("closed")
        self.untouched = untouched


class Connection(asyncio.Protocol):
    """One request at a time. Made by :func:`connect`."""

    def __init__(self) -> None:
        self.closed, self.used = False, 0
        self._received = b""
        self._waiting: asyncio.Future[tuple[int, int]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes) -> tuple[int, int]:
        """Send a whole request; the status and the bytes of the body. ``ClosedError``."""
        if self.closed:
            raise ClosedError(untouched=True)
        self.used += 1
        self._received = b""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        length = _LENGTH.search(head)
        whole = len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")
        if not whole and (length or _CHUNKED.search(head)):
            return
        if _CLOSE.search(head):
            self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((int(head[9:12]), len(body)))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is not any more."""
        del exc
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ClosedError(untouched=not self._received))

    def close(self) -> None:
        """Hang up at once."""
        self.closed = True
        self._transport.abort()


async def connect(trust: ssl.SSLContext, *, port: int, host: str, source: str) -> Connection:
    """Open one to 127.0.0.1, past the handshake. ``OSError``, among them TLS's own."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        Connection, "127.0.0.1", port, ssl=trust, server_hostname=host, local_addr=(source, 0)
    )
    return connection
