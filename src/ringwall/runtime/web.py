"""The web process: Django behind the edge on a unix socket, and probes on a private address."""

import asyncio
import logging
import os
import re
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import django
import uvicorn
from django.urls import get_resolver

from ringwall.runtime.announcing import KEEPS_IDLE_S, WAITING, bound_at
from ringwall.runtime.configuration import Address
from ringwall.runtime.ending import ending
from ringwall.runtime.handling import OneThread

_log = logging.getLogger(__name__)

_RENEWAL: Final = "/.ringwall/renew"
"""What the edge asks for by itself: if it waited behind pages, everybody would be signed out."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the web process is reached. Bound before it is confined, and open once it is ready."""

    public: socket.socket
    private: socket.socket
    address: Address
    """Of the private one."""

    @classmethod
    def bound(cls, *, public: Path, private: Address) -> "Doors":
        """``public`` is the socket the edge leads to."""
        return cls(bound_at(public), _bound(private), private)


def serve(doors: Doors) -> None:
    """Serve until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - needs django.setup()

    from ringwall.runtime.recording import outbox  # noqa: PLC0415 - the same

    # What strangers ask for in vain stands in the access record; the log is for us.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    application = OneThread(apart=_RENEWAL)
    for urls in (None, "ringwall.runtime.private_urls"):
        get_resolver(urls).url_patterns  # noqa: B018 - loads all pages: ready is ready
    outbox.move_in_background(Path(settings.STATE))
    asyncio.run(_serve(application, doors))
    outbox.end_moving()


async def _serve(application: Any, doors: Doors) -> None:
    private = PrivateDoor(application, doors.address)
    served = [
        (_Door(uvicorn.Config(application, **_OPTIONS)), doors.public),
        (_Door(uvicorn.Config(private, **_OPTIONS)), doors.private),
    ]
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, _stop, [door for door, _ in served])
    for _, sock in served:
        sock.listen(WAITING)
    _log.info("web is ready")
    await asyncio.gather(*(door.serve(sockets=[sock]) for door, sock in served))


_OPTIONS: dict[str, Any] = {
    "http": "h11",
    "ws": "none",
    "lifespan": "off",
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "proxy_headers": False,
    "timeout_graceful_shutdown": 5,
    "timeout_keep_alive": KEEPS_IDLE_S,
    "limit_concurrency": 200,
}


class _Door(uvicorn.Server):
    """A server that leaves signals to the process, which has several of them."""

    def install_signal_handlers(self) -> None:
        """Install none."""


class PrivateDoor:
    """The same application (ASGI) with the private pages instead of the public ones.

    Before it stands no edge, so it lets in only questions without a body, which Django would
    keep in a file of any size; and at a loopback ``address`` only those that ask for this machine,
    so that no web page in a browser here can read them by a name that leads here.
    """

    def __init__(self, application: Any, address: Address) -> None:
        self._application, self._address = application, address

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        status = self._objection(scope["method"], dict(scope["headers"]))
        if status is None:
            await self._application({**scope, "ringwall.private": True}, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": f"{status}\n".encode()})

    def _objection(self, method: str, headers: Mapping[bytes, bytes]) -> int | None:
        if method not in {"GET", "HEAD"}:
            return 405
        if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
            return 413
        if self._address.is_unix or not self._address.is_loopback:
            return None
        host = headers.get(b"host", b"").decode("latin-1")
        return None if _LOOPBACK.fullmatch(host) else 421


_LOOPBACK: Final = re.compile(
    r"((localhost|127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|\[::1\])(:[0-9]{1,5})?)?", re.IGNORECASE
)
"""What somebody on this machine calls it."""


def _stop(doors: list[_Door]) -> None:
    ending.set()
    for door in doors:
        door.should_exit = True


def _bound(address: Address) -> socket.socket:
    if address.is_unix:
        return bound_at(Path(address.path))
    sock = socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((address.host, address.port))
    except BaseException:
        sock.close()
        raise
    return sock
