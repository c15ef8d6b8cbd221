"""HTTP to identity providers that customers name: to the public internet only, and within bounds.

A customer's administrator writes the addresses; without these guards our own process would fetch
from the company's inner network for them. Connections made on the host may reach it. An answer is
small, is there in :data:`SECONDS` from the first byte asked to the last one read (names are looked
up within the resolver's own bounds), and only so many are waited for at a time: strangers begin
these, and who waits here holds one of the threads that sign people in.
"""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from ipaddress import ip_address
from threading import Condition, Lock, Timer
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError

MOST_BYTES: Final = 1024 * 1024
SECONDS = 10.0
"""For one answer as a whole."""
MOST_AT_ONCE: Final = 8
MOST_OF_ONE: Final = 2
"""Answers that are waited for at a time, of all connections and of one."""
PATIENCE: Final = 0.5
"""Seconds that are waited for room."""

_MOST_ADDRESSES: Final = 4
"""Addresses of one name that are tried."""

_private: ContextVar[bool] = ContextVar("ringwall_private_network", default=False)
_whose: ContextVar[str] = ContextVar("ringwall_connection", default="")


class BusyError(requests.ConnectionError):
    """So many answers are waited for that one more has to wait: try again in a moment."""


class ForbiddenAddressError(requests.ConnectionError):
    """The address is one of an inner network, or is not https."""


@contextmanager
def reaching(*, private: bool, whose: str = "") -> Iterator[None]:
    """Let what is fetched meanwhile come from inner networks, or not.

    ``whose`` names the connection that it counts for; without it, it counts for the host asked.
    """
    tokens = _private.set(private), _whose.set(whose)
    try:
        yield
    finally:
        _private.reset(tokens[0])
        _whose.reset(tokens[1])


def reached() -> tuple[str, bool]:
    """For whom is fetched now, and whether from inner networks: what an answer is good for."""
    return _whose.get(), _private.get()


def session() -> requests.Session:
    """A session that keeps to the rules; it follows no redirect and knows no proxy."""
    made = _Careful()
    made.trust_env = False
    made.mount("https://", _Guard())
    made.mount("http://", _Guard())
    return made


class _Careful(requests.Session):
    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(str(url))
        plain_here = _private.get() and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and plain_here):
            msg = f"{parts.scheme}://{parts.hostname} is not https"
            raise ForbiddenAddressError(msg)
        host = str(parts.hostname)
        told = {**more, "timeout": SECONDS, "allow_redirects": False, "stream": True}
        with _room(_whose.get() or host), _deadline(SECONDS) as until:
            try:
                answer = super().request(method, url, *args, **told)
                content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
                answer.close()
            except (requests.RequestException, HTTPError, OSError) as error:
                if until.is_over:
                    raise requests.Timeout(_late(host)) from error
                if isinstance(error, requests.RequestException):
                    raise
                msg = f"the answer of {host} broke off: {error}"
                raise requests.ConnectionError(msg) from error
            finally:
                self.close()  # the next answer gets a connection, and a deadline, of its own
            if until.is_over:  # what was read may be half of it
                raise requests.Timeout(_late(host))
        if len(content) > MOST_BYTES:
            msg = f"the answer of {host} is longer than {MOST_BYTES} bytes"
            raise requests.ConnectionError(msg)
        answer._content, answer._content_consumed = content, True  # noqa: SLF001 - how requests keeps a body
        return answer


def _late(host: str) -> str:
    return f"the answer of {host} took longer than {SECONDS:g} s"


_waited_for: Final[Counter[str]] = Counter()
_changed: Final = Condition()


@contextmanager
def _room(whose: str) -> Iterator[None]:
    """Hold one of the places; :class:`BusyError` when none is free in :data:`PATIENCE`."""
    with _changed:
        if not _changed.wait_for(lambda: _has_room(whose), PATIENCE):
            msg = f"too many answers are waited for, {_waited_for[whose]} of {whose}"
            raise BusyError(msg)
        _waited_for[whose] += 1
    try:
        yield
    finally:
        with _changed:
            _waited_for[whose] -= 1
            if not _waited_for[whose]:
                del _waited_for[whose]
            _changed.notify_all()


def _has_room(whose: str) -> bool:
    return _waited_for.total() < MOST_AT_ONCE and _waited_for[whose] < MOST_OF_ONE


class _Deadline:
    """Cuts the connections that it watches when time is over, wherever in them somebody waits.

    The timeout of a socket begins anew with every byte, so it alone would wait for ever.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._end = monotonic() + seconds
        self._lock, self._watched = Lock(), list[socket.socket]()
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def left(self) -> float:
        """Seconds, never none, which would mean not to wait at all."""
        return max(0.001, self._end - monotonic())

    def watch(self, sock: socket.socket) -> None:
        """Cut ``sock`` too: by a copy of it, which stays the bare one when TLS wraps it."""
        with self._lock:
            self._watched.append(sock.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        with self._lock:
            self.is_over = True
            for one in self._watched:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Watch no longer."""
        self._timer.cancel()
        with self._lock:
            for one in self._watched:
                one.close()
            self._watched.clear()


_until: ContextVar[_Deadline] = ContextVar("ringwall_deadline")


@contextmanager
def _deadline(seconds: float) -> Iterator[_Deadline]:
    made = _Deadline(seconds)
    token = _until.set(made)
    try:
        yield made
    finally:
        _until.reset(token)
        made.close()


def _connected(connection: HTTPConnection) -> socket.socket:
    """Connect to a public address, or any if private ones may be reached.

    The very address is judged that is connected to: a name may lead elsewhere each time.
    """
    until, problem = _until.get(), "it has no address"
    try:
        found = socket.getaddrinfo(
            connection._dns_host,  # noqa: SLF001 - the name as it is to be looked up
            connection.port,
            type=socket.SOCK_STREAM,
        )
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
    for family, kind, protocol, _, address in found[:_MOST_ADDRESSES]:
        if not _private.get() and not ip_address(str(address[0]).partition("%")[0]).is_global:
            msg = f"{connection.host} leads to an inner network"
            raise ForbiddenAddressError(msg)
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(until.left())
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            until.watch(sock)
        except OSError as error:
            sock.close()
            problem = str(error)
        else:
            return sock
    msg = f"{connection.host} cannot be reached: {problem}"
    raise NewConnectionError(connection, msg)


class _HTTP(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _HTTPS(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS


class _Guard(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
