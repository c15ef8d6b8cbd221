"""``python -m tests.preloaded.waiting SOCKET``: has the code of commands in memory.

It ends when its standard input does.
"""

import array
import atexit
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

from ringwall.app import main as main_of_ringwall

_LOADED = (
    "ringwall.cli.main",
    "ringwall.access.guarding",
    "ringwall.access.language",
    "ringwall.gateway.service",
    "ringwall.gateway.opening",
    "ringwall.gateway.status",
    "typer._adapters",
    "typer.core",
    "rich.console",
    "rich.table",
    "cryptography.x509",
    "cedarpy",
    "asyncio",
    "httpx",
    "yaml",
)
_FOLDERS = (
    "ringwall.gateway.commands",
    "ringwall.identity.commands",
    "ringwall.gateway.envoy",
    "ringwall.gateway.availability",
)
_ENVIRONMENT = dict(os.environb)


def main() -> None:
    """Wait for commands until nobody is there to give them."""
    for name in _LOADED:
        importlib.import_module(name)
    for folder in _FOLDERS:
        for found in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            importlib.import_module(f"{folder}.{found.name}")
    assert "ringwall.runtime.settings" not in sys.modules, (
        "what is set up here would be everybody's"
    )
    assert dict(os.environb) == _ENVIRONMENT
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(sys.argv[1])
    sock.listen(64)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([sock.fileno(), 0], [], [])
        if 0 in ready and not os.read(0, 1):
            os._exit(0)
        if sock.fileno() in ready:
            _begin(sock.accept()[0], sock)


def _begin(connection: socket.socket, sock: socket.socket) -> None:
    size, ancillary, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(16))
    if not ancillary:  # whoever came was ended before they had asked
        connection.close()
        return
    streams = array.array("i", ancillary[0][2]).tolist()
    process = os.fork()
    if not process:
        sock.close()
        _become(connection, int.from_bytes(size, "big"), streams)
    for one in streams:
        os.close(one)
    threading.Thread(target=_await, args=(process, connection), daemon=True).start()


def _await(process: int, connection: socket.socket) -> None:
    """Tell who it is, and how it ended; it is killed where whoever asked for it is gone before."""
    with connection:
        with suppress(OSError):
            connection.sendall(b"%d\n" % process)
        _wait_for_either(process, connection)
        _, status = os.waitpid(process, 0)
        code = os.waitstatus_to_exitcode(status)
        with suppress(OSError):
            connection.sendall(b"%d\n" % (code if code >= 0 else 128 - code))


def _wait_for_either(process: int, connection: socket.socket) -> None:
    ended, waiting = os.pidfd_open(process), select.poll()
    try:
        waiting.register(ended, select.POLLIN)
        waiting.register(connection, select.POLLRDHUP)  # what can be read is for the copy
        if ended not in dict(waiting.poll()):
            os.kill(process, signal.SIGKILL)
    finally:
        os.close(ended)


def _become(connection: socket.socket, size: int, given: list[int]) -> NoReturn:
    """Run the command as the program would, in this copy."""
    told = b""
    while len(told) < size:
        some = connection.recv(size - len(told))
        if not some:  # whoever asks was ended meanwhile
            os._exit(1)
        told += some
    connection.close()
    arguments, _, environment = told.partition(b"\1")
    os.environb.clear()
    os.environb.update(dict(one.split(b"=", 1) for one in environment.split(b"\0") if one))
    *streams, folder = given
    os.fchdir(folder)
    for number, one in enumerate(streams):
        os.dup2(one, number)
    for one in given:
        os.close(one)
    sys.stdin = sys.__stdin__ = _opened(0, "r", errors="surrogateescape")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _opened(1, "w", errors="surrogateescape")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _opened(2, "w", errors="backslashreplace")  # type: ignore[misc]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["ringwall", *map(os.fsdecode, arguments.split(b"\0") if arguments else ())]
    os._exit(_run())


def _run() -> int:
    code = 1
    try:
        main_of_ringwall()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - it is told as the interpreter tells it
        sys.excepthook(*sys.exc_info())
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = 120  # as the interpreter does
    return code


def _opened(number: int, mode: str, *, errors: str) -> TextIOWrapper:
    found = open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115
    assert isinstance(found, TextIOWrapper)
    return found


if __name__ == "__main__":
    main()
