"""A listening port whose connections go on with TLS: for clients that speak none."""

import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.tls import over_tls


class Relay:
    """Passes on what comes, and nothing back. :attr:`port` is where."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._to, self._context = port, context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(10)

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            with client, over_tls(self._context, self._to) as server:
                while data := client.recv(64 * 1024):
                    server.sendall(data)
                with suppress(OSError):  # the other side may have ended it at once
                    server.unwrap()
