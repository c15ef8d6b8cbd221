"""A witness in a process of its own, and one that answers what a test wants."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.witness.asking import WitnessAddress
from ringwall.ledger.witness.variables import (
    FOLDER_VARIABLE,
    LISTEN_VARIABLE,
    LOGS_VARIABLE,
    NAME_VARIABLE,
)


@dataclass
class WitnessProcess:
    """Its folder, and where it listens."""

    base: Path
    listen: str
    name: str = "witness.example/w1"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        is_unix = self.listen.startswith("unix:")
        return self.listen.replace("unix:", "unix://") if is_unix else f"http://{self.listen}"

    @property
    def address(self) -> WitnessAddress:
        return WitnessAddress(self.url, VerifierKey.parse((self.base / "vkey").read_text()))

    def start(self, logs: Path) -> "WitnessProcess":
        told = {
            LISTEN_VARIABLE: self.listen,
            FOLDER_VARIABLE: str(self.base),
            NAME_VARIABLE: self.name,
            LOGS_VARIABLE: str(logs),
        }
        self.base.mkdir(exist_ok=True)
        with (self.base / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ringwall.ledger.witness.process"],
                env=os.environ | told,
                stderr=log,
            )
        end = time.monotonic() + 30
        while not self._listens():
            assert self.process.poll() is None, (self.base / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.02)
        return self

    def _listens(self) -> bool:
        family = socket.AF_UNIX if self.listen.startswith("unix:") else socket.AF_INET
        with socket.socket(family) as sock:
            host, _, port = self.listen.rpartition(":")
            where = port if family == socket.AF_UNIX else (host, int(port))
            return sock.connect_ex(where) == 0

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)


def ask(url: str, method: str, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
    """Status, content type and body."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


@contextmanager
def answering(*answers: tuple[int, bytes], delay: float = 0) -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP server that gives these answers in turn, the last for ever; and what it was sent."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body = answers[min(len(bodies), len(answers) - 1)]
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(delay)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
