"""The control socket: how the command line and other processes tell a running Ringwall things."""

import asyncio
import contextlib
import inspect
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.runtime.peers import CONFINED, is_confined
from ringwall.runtime.processes.calls import (
    LONGEST_MESSAGE,
    CallRefusedError,
    ControlError,
    ControlProtocolError,
    NotRunningError,
    call_sync,
    decode_answer,
    encode_request,
    insist_on_friend,
    peer_uid,
)

__all__ = [
    "CallRefusedError",
    "ControlError",
    "ControlProtocolError",
    "ControlServer",
    "NotRunningError",
    "call",
    "call_sync",
]

Handler = Callable[..., Awaitable[object]]

_IDLE: Final = 30.0
"""Seconds a connection may take to send a whole request, or to take an answer."""

_GOODBYE: Final = 1.0
"""Seconds the last bytes may take to be read once we hang up."""

_MOST_CONNECTIONS: Final = 32


class ControlServer:
    """Answers calls with ``handlers``: coroutine functions taking keyword arguments.

    A handler returns a JSON value, and raises :class:`~.calls.CallRefusedError` to answer with a
    sentence; any other error is answered too and told to ``complain``, and never ends the server.
    Only the own user and root are answered, and no confined process. A handler runs to its end
    even if the caller leaves.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        complain: Callable[[str], None] | None = None,
        idle: float = _IDLE,
    ) -> None:
        self._handlers = dict(handlers)
        self._complain = complain or (lambda _sentence: None)
        self._idle = idle
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._path: Path | None = None

    async def start(self, path: Path) -> None:
        """Listen at ``path`` (mode 0600), in a folder that is ours alone.

        A socket left there is replaced: the instance lock says that nobody serves it.

        Raises:
            OSError: the path is too long for a socket, or not ours to write.

        """
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _bind(listener, path)
            self._server = await asyncio.start_unix_server(
                self._accept, sock=listener, limit=LONGEST_MESSAGE
            )
        except BaseException:
            listener.close()
            raise
        self._path = path

    async def close(self) -> None:
        """Hang up on everybody and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await self._server.wait_closed()
        self._server = None
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections.add(task)
        try:
            peer = writer.get_extra_info("socket")
            if peer_uid(peer) in {0, os.getuid()}:
                if is_confined(peer):
                    await self._answer(writer, _refusal(CONFINED))
                elif len(self._connections) > _MOST_CONNECTIONS:
                    await self._answer(writer, _refusal("too many calls at once: try again"))
                else:
                    await self._serve(reader, writer)
        except (OSError, TimeoutError):
            return
        except asyncio.CancelledError:
            # Only close() cancels, and it waits for us; the stream server would log it.
            return
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await writer.wait_closed()
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(self._idle):
                try:
                    line = await reader.readline()
                except ValueError:
                    await self._answer(writer, _refusal("the request is longer than 16 MiB"))
                    return
            if not line.endswith(b"\n"):
                return
            await self._answer(writer, await self._respond(line))

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        writer.write(answer)
        async with asyncio.timeout(self._idle):
            await writer.drain()

    async def _respond(self, line: bytes) -> bytes:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return _refusal("the request is no JSON")
        if not isinstance(request, dict) or not isinstance(request.get("call"), str):
            return _refusal('a request is an object with a text under "call"')
        name = request.pop("call")
        handler = self._handlers.get(name)
        if handler is None:
            known = ", ".join(sorted(self._handlers))
            return _refusal(f"there is no call {name!r}; there are: {known}")
        try:
            inspect.signature(handler).bind(**request)
        except TypeError as error:
            return _refusal(f"{name}: {error}")
        return await self._run(name, handler, request)

    async def _run(self, name: str, handler: Handler, args: dict[str, Any]) -> bytes:
        task = asyncio.ensure_future(_encoded(handler, args))
        await asyncio.wait({task})
        error = task.exception() if not task.cancelled() else asyncio.CancelledError()
        if error is None:
            return task.result()
        if isinstance(error, CallRefusedError):
            return _refusal(str(error))
        self._complain(f"the call {name!r} failed: {error!r}")
        return _refusal(f"{name} failed inside Ringwall ({type(error).__name__}): see its log")


async def call(path: Path, name: str, /, *, timeout: float = 30.0, **args: object) -> object:  # noqa: ASYNC109 - the same words as call_sync
    """:func:`~.calls.call_sync` for asyncio."""
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_MESSAGE)
            try:
                insist_on_friend(writer.get_extra_info("socket"))
                writer.write(encode_request(name, args))
                await writer.drain()
                return decode_answer(await reader.readline())
            finally:
                writer.close()
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NotRunningError(path) from error
    except PermissionError as error:
        raise ControlProtocolError(
            f"{path} belongs to another user: run this as the user who runs Ringwall"
        ) from error
    except TimeoutError as error:
        raise TimeoutError(f"Ringwall did not answer {name!r} within {timeout:g} s") from error
    except (ConnectionResetError, BrokenPipeError) as error:
        raise ControlProtocolError("Ringwall hung up before it answered") from error


async def _encoded(handler: Handler, args: dict[str, Any]) -> bytes:
    answer = json.dumps({"ok": True, "result": await handler(**args)}).encode() + b"\n"
    if len(answer) > LONGEST_MESSAGE:
        raise CallRefusedError("the answer is longer than 16 MiB")
    return answer


def _bind(listener: socket.socket, path: Path) -> None:
    path.unlink(missing_ok=True)
    listener.bind(os.fspath(path))
    # Nobody can connect between bind and listen, so the mode is never too wide.
    path.chmod(0o600)
    listener.setblocking(False)


def _refusal(sentence: str) -> bytes:
    return json.dumps({"ok": False, "error": sentence}).encode() + b"\n"
