"""Ready-made answers to "does it do its work yet?"."""

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 2.0
"""Seconds one attempt may take; the keeper asks again."""


@dataclass(frozen=True, slots=True)
class FileExists:
    """Ready when the file at ``path`` is there."""

    path: Path

    async def __call__(self) -> bool:
        """Whether the file is there now."""
        return self.path.exists()


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A listening unix socket, by its path."""

    path: Path

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; OSError when nobody listens."""
        return await asyncio.open_unix_connection(self.path)


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A listening TCP port on ``host`` (an address, so that nothing is looked up)."""

    host: str
    port: int

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect; OSError when nobody listens."""
        return await asyncio.open_connection(self.host, self.port)


@dataclass(frozen=True, slots=True)
class Accepts:
    """Ready when the address takes a connection."""

    address: UnixAddress | TcpAddress

    async def __call__(self) -> bool:
        """Whether a connection succeeds now."""
        try:
            async with asyncio.timeout(_PATIENCE):
                _, writer = await self.address.open()
        except (OSError, TimeoutError):
            return False
        await _close(writer)
        return True


@dataclass(frozen=True, slots=True)
class HttpOk:
    """Ready when ``GET path`` over HTTP/1.1 (RFC 9112) is answered with 200."""

    address: UnixAddress | TcpAddress
    path: str = "/"
    host: str = "localhost"

    async def __call__(self) -> bool:
        """Whether the answer is 200 now; anything that is not HTTP is a no."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._status() == [b"200"]
        except (OSError, TimeoutError, ValueError):
            # StreamReader.readline raises ValueError for a line beyond its limit.
            return False

    async def _status(self) -> list[bytes]:
        reader, writer = await self.address.open()
        try:
            writer.write(
                f"GET {self.path} HTTP/1.1\r\nHost: {self.host}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            await writer.drain()
            version, _, rest = (await reader.readline()).partition(b" ")
        finally:
            await _close(writer)
        return rest.split(maxsplit=1)[:1] if version in {b"HTTP/1.1", b"HTTP/1.0"} else []


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
