"""The control socket: calls, refusals, garbage, and who may speak."""

import asyncio
import contextlib
import json
import os
import socket
import stat
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringwall.runtime.processes import calls, control
from ringwall.runtime.processes.control import (
    CallRefusedError,
    ControlProtocolError,
    ControlServer,
    NotRunningError,
    call,
    call_sync,
)


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        yield Path(folder) / "control.sock"


def play(path: Path, story: Callable[[ControlServer], Awaitable[None]], **fields: Any) -> None:
    async def echo(*, word: str, times: int = 1) -> object:
        return word * times

    async def nothing() -> object:
        return None

    async def refuse() -> object:
        raise CallRefusedError("the configuration has 2 problems")

    async def break_down() -> object:
        empty: dict[str, object] = {}
        return empty["missing"]

    async def unspeakable() -> object:
        return object()

    async def huge() -> object:
        return "x" * calls.LONGEST_MESSAGE

    async def slow() -> object:
        await asyncio.sleep(60)
        return None

    handlers: dict[str, Callable[..., Awaitable[object]]] = {
        "echo": echo,
        "nothing": nothing,
        "refuse": refuse,
        "break": break_down,
        "unspeakable": unspeakable,
        "huge": huge,
        "slow": slow,
    }

    async def whole() -> None:
        server = ControlServer(handlers, **fields)
        await server.start(path)
        try:
            await story(server)
            # Whatever happened, it still answers.
            assert await call(path, "nothing") is None
        finally:
            await server.close()

    asyncio.run(whole())
    assert not path.exists()


async def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def exchange(path: Path, data: bytes, *, end: bool = True) -> bytes:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(data)
    if end:
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


def test_a_call_gets_its_result_in_both_ways(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        assert await call(path, "echo", word="ä", times=3) == "äää"
        assert await asyncio.to_thread(call_sync, path, "echo", word="b") == "b"
        big = "y" * 5_000_000
        assert await call(path, "echo", word=big) == big
        assert await asyncio.to_thread(call_sync, path, "echo", word=big) == big

    play(path, story)


def test_the_socket_is_ours_alone(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        facts = await asyncio.to_thread(path.stat)
        assert stat.S_IMODE(facts.st_mode) == 0o600

    play(path, story)


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("refuse", {}, "^the configuration has 2 problems$"),
        ("echo", {}, "missing a required argument: 'word'"),
        ("echo", {"word": "a", "loud": True}, "unexpected keyword argument 'loud'"),
        ("ecko", {}, "there is no call 'ecko'; there are: break, echo"),
        ("break", {}, r"break failed inside Ringwall \(KeyError\)"),
        ("unspeakable", {}, r"unspeakable failed inside Ringwall \(TypeError\)"),
        ("huge", {}, "longer than 16 MiB"),
    ],
)
def test_a_no_is_an_answer(path: Path, name: str, args: dict[str, Any], reason: str) -> None:
    async def story(server: ControlServer) -> None:
        with pytest.raises(CallRefusedError, match=reason):
            await call(path, name, **args)
        with pytest.raises(CallRefusedError, match=reason):
            await asyncio.to_thread(lambda: call_sync(path, name, **args))

    play(path, story)


def test_a_defect_is_complained_about(path: Path) -> None:
    complaints: list[str] = []

    async def story(server: ControlServer) -> None:
        with pytest.raises(CallRefusedError):
            await call(path, "break")

    play(path, story, complain=complaints.append)
    assert complaints == ["the call 'break' failed: KeyError('missing')"]


def test_nobody_there_is_said_with_the_way_out(path: Path) -> None:
    for _ in range(2):
        with pytest.raises(NotRunningError, match="Start it with `ringwall up`"):
            call_sync(path, "status")
        with pytest.raises(NotRunningError, match="not running here"):
            asyncio.run(call(path, "status"))
        # A socket left by a killed supervisor.
        with socket.socket(socket.AF_UNIX) as left:
            if not path.exists():
                left.bind(str(path))


def test_a_stale_socket_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    async def story(server: ControlServer) -> None:
        assert await call(path, "echo", word="a") == "a"

    play(path, story)


def test_patience_ends(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        with pytest.raises(TimeoutError, match=r"did not answer 'slow' within 0\.1 s"):
            await call(path, "slow", timeout=0.1)
        with pytest.raises(TimeoutError, match="did not answer 'slow'"):
            await asyncio.to_thread(lambda: call_sync(path, "slow", timeout=0.1))
        assert await exchange(path, b'{"call": "not', end=False) == b""

    play(path, story, idle=0.2)


def test_another_users_process_is_not_answered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(server: ControlServer) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(control, "peer_uid", lambda _: os.getuid() + 1)
            # Hung up on, with or without what we said unread.
            with contextlib.suppress(ConnectionResetError):
                assert await exchange(path, b'{"call": "nothing"}\n') == b""

    play(path, story)


def test_a_server_of_another_user_is_not_spoken_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(server: ControlServer) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(calls, "peer_uid", lambda _: 4242)
            patch.setattr(os, "getuid", lambda: 1000)
            with pytest.raises(ControlProtocolError, match="served by user 4242"):
                await call(path, "nothing")

    play(path, story)


def test_many_requests_may_share_a_connection(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        answer = await exchange(
            path, b'{"call": "echo", "word": "a"}\nnonsense\n{"call":"nothing"}\n'
        )
        first, second, third = map(json.loads, answer.splitlines())
        assert first == {"ok": True, "result": "a"}
        assert second == {"ok": False, "error": "the request is no JSON"}
        assert third == {"ok": True, "result": None}

    play(path, story)


@pytest.mark.parametrize(
    "request_",
    [b"[]", b"1", b'"call"', b"{}", b'{"call": 1}', b"[" * 100_000, b"\xff\xfe", b"", b"NaN"],
)
def test_a_wrong_shape_is_refused(path: Path, request_: bytes) -> None:
    async def story(server: ControlServer) -> None:
        answer = json.loads(await exchange(path, request_ + b"\n"))
        assert answer["ok"] is False

    play(path, story)


def test_a_request_without_end_is_cut_off(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        _, writer = await asyncio.open_unix_connection(path)
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                writer.write(b"x" * 1024 * 1024)
                await writer.drain()
        writer.close()
        with pytest.raises(ValueError, match="longer than 16 MiB"):
            await call(path, "echo", word="x" * calls.LONGEST_MESSAGE)

    play(path, story)


def test_more_connections_than_allowed_are_told_so(path: Path) -> None:
    async def story(server: ControlServer) -> None:
        idle = [await asyncio.open_unix_connection(path) for _ in range(32)]
        await until(lambda: len(server._connections) == 32)
        with pytest.raises(CallRefusedError, match="too many calls at once"):
            await call(path, "nothing")
        for _, writer in idle:
            writer.close()
        await until(lambda: not server._connections)

    play(path, story)


def test_close_does_not_wait_for_the_slow(path: Path) -> None:
    async def whole() -> None:
        async def slow() -> object:
            await asyncio.sleep(60)
            return None

        server = ControlServer({"slow": slow})
        await server.start(path)
        asking = asyncio.create_task(call(path, "slow"))
        await until(lambda: bool(server._connections))
        async with asyncio.timeout(2):
            await server.close()
        with pytest.raises(ControlProtocolError):
            await asking

    asyncio.run(whole())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(garbage=st.lists(st.binary(max_size=200), max_size=5))
def test_garbage_never_ends_the_server(path: Path, garbage: list[bytes]) -> None:
    async def story(server: ControlServer) -> None:
        await exchange(path, b"\n".join(garbage))

    play(path, story)


def test_an_answer_that_is_none_is_said() -> None:
    for answer in (b"", b"{}\n", b'{"ok": 1}\n', b'{"ok": true}\n', b'{"ok": false, "error": 3}\n'):
        with pytest.raises(ControlProtocolError):
            calls.decode_answer(answer)
