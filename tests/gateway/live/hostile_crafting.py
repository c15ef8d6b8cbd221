"""How the hostile tests write requests down: ``~`` stands for a probe's own mark."""

from typing import Final

HOST: Final = b"Host: app.localhost\r\n"
TE: Final = b"Transfer-Encoding: chunked\r\n"
ABC: Final = b"3\r\nabc\r\n0\r\n\r\n"

SECOND: Final = b"GET /static/~-smuggled HTTP/1.1\r\nHost: app.localhost\r\n\r\n"
"""A whole request, to be hidden inside another."""


def get(target: bytes = b"/static/~", *, host: bytes = HOST, headers: bytes = b"") -> bytes:
    """A GET request."""
    return b"GET " + target + b" HTTP/1.1\r\n" + host + headers + b"\r\n"


def post(headers: bytes, body: bytes = b"abc") -> bytes:
    """A POST request with headers as they are."""
    return b"POST /static/~ HTTP/1.1\r\n" + HOST + headers + b"\r\n" + body
