"""Syslog over TLS (RFC 5425), messages framed by counting octets.

The protocol knows no acknowledgement, so the end of a connection stands for one: a batch has a
connection of its own, which is closed as TLS closes (4.4), and the receiver closes in return. An
orderly end tells that it had read everything, since a kernel resets a connection that is closed
with bytes unread, or is sent more. What a receiver loses after that by its own death, syslog
cannot tell: where that matters, HTTP or S3 is the destination to take.
"""

import array
import contextlib
import fcntl
import socket
import ssl
import termios
import time
from collections.abc import Sequence
from typing import Final

from ringwall.lake.exports.destinations import DeliveryError
from ringwall.lake.exports.formats import Row
from ringwall.lake.exports.syslog import Syslog

PORT: Final = 6514
"""RFC 5425, 4.1."""
_POLL_S: Final = 0.002
_TCP_CLOSE: Final = 7
"""The state of a connection that was reset (linux/tcp.h)."""


class SyslogTls:
    """Sends to one receiver, whose certificate ``context`` verifies against its name."""

    def __init__(
        self,
        address: tuple[str, int],
        context: ssl.SSLContext,
        form: Syslog,
        *,
        timeout: float = 10.0,
    ) -> None:
        if context.verify_mode != ssl.CERT_REQUIRED or not context.check_hostname:
            msg = "the receiver's certificate has to be verified against its name (RFC 5425, 4.2)"
            raise ValueError(msg)
        self._address = address
        self._context = context
        self._form = form
        self._timeout = timeout

    def send(self, rows: Sequence[Row]) -> None:
        """Send the messages, and wait until the receiver took them all and closed."""
        host, port = self._address
        try:
            with (
                socket.create_connection(self._address, self._timeout) as plain,
                self._context.wrap_socket(plain, server_hostname=host) as connection,
            ):
                connection.sendall(b"".join(map(self._framed, rows)))
                self._finish(connection)
        except OSError as error:
            raise DeliveryError(f"syslog at {host}:{port}: {error}") from error

    def close(self) -> None:
        """Nothing is kept open."""

    def _framed(self, row: Row) -> bytes:
        message = self._form.message(row)
        return b"%d %b" % (len(message), message)

    def _finish(self, connection: ssl.SSLSocket) -> None:
        plain: socket.socket = connection
        # It may close without saying so in TLS.
        with contextlib.suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
            plain = connection.unwrap()
        until = time.monotonic() + self._timeout
        while _unacknowledged(plain):
            if time.monotonic() > until:
                raise TimeoutError("the receiver acknowledged only a part")
            time.sleep(_POLL_S)
        if plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _TCP_CLOSE:
            raise ConnectionResetError("the receiver closed before it had read all")


def _unacknowledged(connection: socket.socket) -> int:
    """How many bytes the other machine's kernel has not acknowledged (tcp(7), SIOCOUTQ)."""
    left = array.array("i", [0])
    fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, left)
    return left[0]
