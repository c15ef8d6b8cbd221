"""Run one service: its listening socket, the HTTP server around the application, a clean end."""

import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import uvicorn
from starlette.applications import Starlette

from shop.settings import Address, listen_address

KEEP_ALIVE_S = 120
"""Longer than any proxy in front keeps an idle connection: the proxy closes first, never us
in the moment it sends the next request."""

STOP_S = 5
"""What running requests get to finish after SIGTERM."""


def _remove_stale(path: Path) -> None:
    """Remove the socket a killed process left behind; refuse when one still answers there."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise SystemExit(f"SHOP_LISTEN: {path} exists and is not a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(path)) == 0:
            raise SystemExit(f"SHOP_LISTEN: another process already listens on {path}")
    path.unlink()


def open_socket(address: Address) -> socket.socket:
    """Return a bound socket; a unix socket is readable and writable by this user alone.

    The server would open a unix socket to everybody (0666), so it is handed a ready one.
    """
    if address.path:
        path = Path(address.path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_stale(path)
        bound = socket.socket(socket.AF_UNIX)
        mask = os.umask(0o177)
        try:
            bound.bind(address.path)
        finally:
            os.umask(mask)
        return bound
    bound = socket.socket(socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
    except OSError as error:
        raise SystemExit(f"SHOP_LISTEN: {address.host}:{address.port}: {error.strerror}") from error
    return bound


class _Server(uvicorn.Server):
    """Tells long streams to end before it waits for open requests, not after."""

    def __init__(self, config: uvicorn.Config, *, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def serve(
    app: Starlette, *, websockets: bool = False, on_stop: Callable[[], None] = lambda: None
) -> None:
    """Listen at ``SHOP_LISTEN`` until SIGTERM or SIGINT, then leave with exit code 0.

    ``on_stop`` is called once when the end begins, with requests still running.
    """
    address = listen_address()
    # The server hands the signal on once it has finished: then there is nothing left to do.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio" if websockets else "none",
        ws_max_size=1024,
        lifespan="on",
        log_config=None,
        access_log=False,  # the edge records every request
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
    )
    listener = open_socket(address)
    try:
        _Server(config, on_stop=on_stop).run(sockets=[listener])
    finally:
        listener.close()
        if address.path:
            Path(address.path).unlink(missing_ok=True)
