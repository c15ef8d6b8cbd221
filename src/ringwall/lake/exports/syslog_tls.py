"""Syslog over TLS (RFC 5425), messages framed by counting octets.

The protocol knows no acknowledgement. A batch counts as delivered once the other machine's kernel
acknowledged all of it and did not close the connection: what a receiver loses after that by its own
death, syslog cannot tell. Where that matters, HTTP or S3 is the destination to take.
"""

import array
import contextlib
import fcntl
import select
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
        self._open: ssl.SSLSocket | None = None

    def send(self, rows: Sequence[Row]) -> None:
        """Send the messages, and wait until the other machine acknowledged every byte."""
        try:
            connection = self._connected()
            self._refuse_closed(connection)
            connection.sendall(b"".join(map(self._framed, rows)))
            self._drain(connection)
            self._refuse_closed(connection)
        except (OSError, ssl.SSLError) as error:
            self.close()
            host, port = self._address
            raise DeliveryError(f"syslog at {host}:{port}: {error}") from error

    def close(self) -> None:
        """Close the connection."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.close()
        self._open = None

    def _connected(self) -> ssl.SSLSocket:
        if self._open is None:
            plain = socket.create_connection(self._address, self._timeout)
            try:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                self._open = self._context.wrap_socket(plain, server_hostname=self._address[0])
            except BaseException:
                plain.close()
                raise
        return self._open

    def _framed(self, row: Row) -> bytes:
        message = self._form.message(row)
        return b"%d %b" % (len(message), message)

    def _drain(self, connection: ssl.SSLSocket) -> None:
        left = array.array("i", [0])
        until = time.monotonic() + self._timeout
        while True:
            fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, left)
            if left[0] == 0:
                return
            if time.monotonic() > until:
                raise TimeoutError(f"{left[0]} bytes were not acknowledged")
            time.sleep(_POLL_S)

    def _refuse_closed(self, connection: ssl.SSLSocket) -> None:
        """A receiver sends nothing, so what can be read is its end (RFC 5425, 4.4) or an error."""
        while connection.pending() or select.select([connection], [], [], 0)[0]:
            connection.settimeout(0.05)
            try:
                if not connection.recv(1024):
                    raise ConnectionResetError("the receiver closed the connection")
            except (ssl.SSLWantReadError, TimeoutError):
                return  # a ticket of TLS 1.3, which is not for us
            finally:
                connection.settimeout(self._timeout)
