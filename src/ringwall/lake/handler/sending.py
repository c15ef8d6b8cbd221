"""The connection to the intake: HTTP over TLS, or over a socket of this machine."""

import http.client
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

_TIMEOUT_S: Final = 10.0
_LATER: Final = frozenset((401, 403, 404, 408, 429))
"""Answers that another time may be others: keys and sockets are put right, spools are emptied."""


class Sender:
    """One connection to the intake, made again where it broke."""

    def __init__(self, url: str, key: str | None, context: ssl.SSLContext | None) -> None:
        self._parts = urlsplit(url)
        if self._parts.scheme not in {"https", "unix"}:
            raise ValueError(f"{url!r}: write https://host:port or unix:/path/of/a/socket")
        self._context = context
        self._headers = {"Content-Type": "application/x-ndjson"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {key}"
        self._connection: http.client.HTTPConnection | None = None

    def send(self, lines: bytes) -> bool:
        """Send ``lines``; ``False`` where the intake would never take them.

        ``ConnectionError`` where it does not take them now.
        """
        status = self._ask(lines)
        if status in _LATER or status >= 500:
            raise ConnectionError(f"the intake answers {status}")
        return status < 400

    def _ask(self, lines: bytes) -> int:
        fresh = self._connection is None
        try:
            return self._asked(lines)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if fresh:
                raise ConnectionError(str(error)) from error
        try:
            return self._asked(lines)  # a connection that was idle may have been closed
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise ConnectionError(str(error)) from error

    def _asked(self, lines: bytes) -> int:
        if self._connection is None:
            self._connection = self._connected()
        self._connection.request("POST", "/v1/events", lines, self._headers)
        with self._connection.getresponse() as answer:
            answer.read()
            if answer.will_close:
                self.close()
            return answer.status

    def _connected(self) -> http.client.HTTPConnection:
        if self._parts.scheme == "unix":
            return _UnixConnection(self._parts.path)
        host = self._parts.hostname or ""
        return http.client.HTTPSConnection(
            host, self._parts.port, timeout=_TIMEOUT_S, context=self._context
        )

    def close(self) -> None:
        """End the connection; the next sending makes another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.settimeout(_TIMEOUT_S)
            sock.connect(self._path)
        except BaseException:
            sock.close()
            raise
        self.sock = sock
