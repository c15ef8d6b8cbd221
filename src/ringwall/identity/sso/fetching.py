"""HTTP to identity providers that customers name: to the public internet only, in small answers.

A customer's administrator writes the addresses; without these guards our own process would fetch
from the company's inner network for them. Connections made on the host may reach it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MOST_BYTES: Final = 1024 * 1024
SECONDS: Final = 10

_private: ContextVar[bool] = ContextVar("ringwall_private_network", default=False)


class ForbiddenAddressError(requests.ConnectionError):
    """The address is one of an inner network, or is not https."""


@contextmanager
def reaching(*, private: bool) -> Iterator[None]:
    """Let what is fetched meanwhile come from inner networks, or not."""
    token = _private.set(private)
    try:
        yield
    finally:
        _private.reset(token)


def session() -> requests.Session:
    """A session that keeps to the rules; it follows no redirect and knows no proxy."""
    made = _Careful()
    made.trust_env = False
    guard = HTTPAdapter() if _private.get() else _Guard()
    made.mount("https://", guard)
    made.mount("http://", guard)
    return made


class _Careful(requests.Session):
    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(str(url))
        plain_here = _private.get() and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and plain_here):
            msg = f"{parts.scheme}://{parts.hostname} is not https"
            raise ForbiddenAddressError(msg)
        told = {**more, "timeout": SECONDS, "allow_redirects": False, "stream": True}
        answer = super().request(method, url, *args, **told)
        content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
        answer.close()
        if len(content) > MOST_BYTES:
            msg = f"the answer of {parts.hostname} is longer than {MOST_BYTES} bytes"
            raise requests.ConnectionError(msg)
        answer._content, answer._content_consumed = content, True  # noqa: SLF001 - how requests keeps a body
        return answer


def _require_public(connection: HTTPConnection, sock: Any) -> Any:
    """Judge the address that was really connected to: a name may lead elsewhere each time."""
    if not ip_address(sock.getpeername()[0].partition("%")[0]).is_global:
        sock.close()
        msg = f"{connection.host} leads to an inner network"
        raise ForbiddenAddressError(msg)
    return sock


class _PublicHTTP(HTTPConnection):
    def _new_conn(self) -> Any:
        return _require_public(self, super()._new_conn())


class _PublicHTTPS(HTTPSConnection):
    def _new_conn(self) -> Any:
        return _require_public(self, super()._new_conn())


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _PublicHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicHTTPS


class _Guard(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
