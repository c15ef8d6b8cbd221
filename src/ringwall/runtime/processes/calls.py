"""Asking a running Ringwall, from any process of the same user.

The protocol of the control socket: newline-delimited JSON. A request is an object with ``call``
and the arguments beside it; the answer is ``{"ok": true, "result": ...}`` or ``{"ok": false,
"error": "..."}``. One connection may carry many requests, answered in order.
"""

import json
import os
import socket
import struct
import time
from pathlib import Path
from typing import Final

LONGEST_MESSAGE: Final = 16 * 1024 * 1024
"""Bytes of a request or an answer, its newline included."""


class ControlError(Exception):
    """Something about a call went wrong; the text is for the user.

    - NotRunningError: nobody listens
    - CallRefusedError: the answer was no
    - ControlProtocolError: what came was no answer
    """


class NotRunningError(ControlError):
    """Nobody listens on the control socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Ringwall is not running here: nothing listens on {path}. Start it with `ringwall up`."
        )


class CallRefusedError(ControlError):
    """The running Ringwall answered with an error; handlers raise it to give one."""


class ControlProtocolError(ControlError):
    """The other side breaks the protocol, or is not ours to talk to."""


def call_sync(path: Path, name: str, /, *, timeout: float = 30.0, **args: object) -> object:
    """Call ``name`` with ``args`` (JSON values) on the Ringwall listening at ``path``.

    Returns the result, a JSON value; ``timeout`` is in seconds for the whole call.

    Raises:
        NotRunningError: nobody listens.
        CallRefusedError: the answer was an error.
        ControlProtocolError: the other side is another user's, or talks nonsense.
        TimeoutError: no answer came in time.

    """
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.settimeout(timeout)
            connection.connect(os.fspath(path))
            insist_on_friend(connection)
            connection.sendall(encode_request(name, args))
            return decode_answer(_read_line(connection, deadline))
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


def encode_request(name: str, args: dict[str, object]) -> bytes:
    """Give the line that calls ``name``; ValueError if ``args`` hold ``call`` or are too long."""
    if "call" in args:
        raise ValueError("an argument cannot be named 'call'")
    line = json.dumps({"call": name, **args}).encode() + b"\n"
    if len(line) > LONGEST_MESSAGE:
        raise ValueError(f"the call {name!r} is longer than 16 MiB")
    return line


def decode_answer(line: bytes) -> object:
    """Give the result in an answer, or raise its error (see :func:`call_sync`)."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ControlProtocolError("Ringwall's answer broke off or is no JSON") from error
    match answer:
        case {"ok": True, "result": result}:
            return result
        case {"ok": False, "error": str(sentence)}:
            raise CallRefusedError(sentence)
    raise ControlProtocolError("Ringwall's answer is neither a result nor an error")


def peer_uid(connection: socket.socket) -> int:
    """Name the user at the other end, as the kernel saw it connect or listen (SO_PEERCRED)."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    uid: int = struct.unpack("=iII", credentials)[1]
    return uid


def insist_on_friend(connection: socket.socket) -> None:
    """Refuse a server that is neither ours nor root's; root talks to everybody's."""
    uid = peer_uid(connection)
    if os.getuid() != 0 and uid not in {0, os.getuid()}:
        raise ControlProtocolError(f"the control socket is served by user {uid}, not by you")


def _read_line(connection: socket.socket, deadline: float) -> bytes:
    held = bytearray()
    while not held.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionResetError
        held += chunk
        if len(held) > LONGEST_MESSAGE:
            raise ControlProtocolError("Ringwall's answer is longer than 16 MiB")
    return bytes(held)
