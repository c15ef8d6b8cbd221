"""A service inside the test's own process: what it answers may change at any moment."""

import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Exchange = BaseHTTPRequestHandler
Answer = Callable[[Exchange], None]


def reply(exchange: Exchange, status: int = 200, body: bytes = b"", **headers: str) -> None:
    """Answer whole; underscores in header names become dashes."""
    exchange.send_response_only(status)
    for name, value in headers.items():
        exchange.send_header(name.replace("_", "-"), value)
    exchange.send_header("content-length", str(len(body)))
    exchange.end_headers()
    if exchange.command != "HEAD":
        exchange.wfile.write(body)


def hang_up(exchange: Exchange) -> None:
    """Close the connection without a word, after the request was read."""
    exchange.close_connection = True
    exchange.connection.shutdown(socket.SHUT_RDWR)


def status(code: int) -> Answer:
    """An answer that is only a status."""
    return lambda exchange: reply(exchange, code, b"the service's own words")


class Upstream:
    """Listens while it is entered. ``seen`` counts what came, health checks not included."""

    def __init__(
        self, name: str = "one", *, port: int = 0, context: ssl.SSLContext | None = None
    ) -> None:
        self.name, self.seen = name, Counter[str]()
        self.answer: Answer = lambda exchange: reply(exchange, 200, name.encode())
        self.health: Answer = lambda exchange: reply(exchange, 200, b"ok")
        self._port, self._context = port, context
        self._open: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Upstream":
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def finish(self) -> None:
                with suppress(OSError):
                    super().finish()

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test tells."""

            def _take(self) -> None:
                if self.path == "/healthz":
                    upstream.health(self)
                    return
                self.rfile.read(int(self.headers.get("content-length", 0)))
                upstream.seen[f"{self.command} {self.path}"] += 1
                upstream.answer(self)

        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler._take)

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def get_request(self) -> tuple[socket.socket, Any]:
                sock, address = super().get_request()
                if upstream._context is not None:
                    sock.settimeout(5)
                    sock = upstream._context.wrap_socket(sock, server_side=True)
                    sock.settimeout(None)
                upstream._open.add(sock)
                return sock, address

            def shutdown_request(self, request: Any) -> None:
                upstream._open.discard(request)
                super().shutdown_request(request)

        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def total(self) -> int:
        """How many requests came."""
        return self.seen.total()

    def stop(self) -> None:
        """Die: stop listening and cut every connection."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._server = None

    def start(self) -> None:
        """Come back at the same address."""
        self.__enter__()
