"""Probes against real listeners."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ringwall.runtime.processes.probes import Accepts, FileExists, HttpOk, TcpAddress, UnixAddress

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(answer: bytes) -> Answer:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    return serve


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"HTTP/1.1 2000 What\r\n\r\n", False),
        (b"SSH-2.0-OpenSSH 200\r\n", False),
        (b"", False),
        (b"x" * 100_000, False),
    ],
)
def test_only_a_200_is_ready(answer: bytes, ready: bool) -> None:
    async def story() -> None:
        server = await asyncio.start_server(saying(answer), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert await HttpOk(TcpAddress("127.0.0.1", port), "/ready")() is ready
            assert await Accepts(TcpAddress("127.0.0.1", port))()

    asyncio.run(story())


def test_a_unix_socket_is_asked_by_its_path() -> None:
    async def story(path: Path) -> None:
        assert not await Accepts(UnixAddress(path))()
        assert not await HttpOk(UnixAddress(path))()
        answer = saying(b"HTTP/1.1 200 OK\r\n\r\n")
        async with await asyncio.start_unix_server(answer, path):
            assert await Accepts(UnixAddress(path))()
            assert await HttpOk(UnixAddress(path))()
        # The socket file stays, and nobody listens.
        assert not await Accepts(UnixAddress(path))()

    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        asyncio.run(story(Path(folder) / "s"))


def test_a_port_nobody_listens_on_is_not_ready() -> None:
    async def story() -> None:
        server = await asyncio.start_server(saying(b""), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        assert not await Accepts(TcpAddress("127.0.0.1", port))()
        assert not await HttpOk(TcpAddress("127.0.0.1", port))()

    asyncio.run(story())


def test_a_file_is_there_or_not(tmp_path: Path) -> None:
    async def story() -> None:
        assert not await FileExists(tmp_path / "up")()
        (tmp_path / "up").touch()
        assert await FileExists(tmp_path / "up")()

    asyncio.run(story())
