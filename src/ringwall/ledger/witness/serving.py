"""A witness over HTTP: small, since whoever faces the internet is the edge before it."""

import logging
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from ringwall.ledger.witness.cosigning import Answer, Witness
from ringwall.runtime.announcing import listening_at

_LARGEST: Final = 256 * 1024
"""Bytes of a body: 63 hashes, and signatures of five kilobytes each."""
_CHECKPOINT: Final = re.compile(r"/([0-9a-f]{64})/checkpoint")
_log = logging.getLogger(__name__)


class WitnessServer(ThreadingHTTPServer):
    """Answers at ``unix:/path`` or at ``host:port``."""

    daemon_threads = True

    def __init__(self, listen: str, witness: Witness) -> None:
        self.witness = witness
        path = listen.removeprefix("unix:")
        is_unix = path != listen
        host, _, port = listen.rpartition(":")
        super().__init__(
            ("127.0.0.1", 0) if is_unix else (host, int(port)),
            _Handler,
            bind_and_activate=not is_unix,
        )
        if is_unix:
            self.socket.close()
            self.socket = listening_at(Path(path))

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Say so in a line: the peer gets no answer, and may ask again."""
        _log.exception("a request was not answered")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "ringwall-witness"
    sys_version = ""
    timeout = 10
    server: WitnessServer

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _LARGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        elif self.path != "/add-checkpoint":
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._answer(self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        match = _CHECKPOINT.fullmatch(self.path)
        if match is not None:
            self._answer(self.server.witness.checkpoint(match[1]))
        elif self.path == "/add-checkpoint":
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        _log.debug(format, *args)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what else it sent is not read
        self._answer(Answer(status, f"{status.phrase}\n"))

    def _answer(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
