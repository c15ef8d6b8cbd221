"""Receivers on loopback that keep what they are sent, and at times fail."""

import datetime
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class SyslogReceiver:
    """Reads messages by their count of octets (RFC 5425, 4.3).

    Of the first three connections, it hangs up after ``closes_after`` messages.
    """

    def __init__(self, pem: Path, *, closes_after: int = 0) -> None:
        self.messages: list[str] = []
        self.connections = 0
        self._closes_after = closes_after
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for one in self._threads:
            one.join(5)

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._read, args=(plain,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _read(self, plain: socket.socket) -> None:
        with (
            suppress(OSError, ssl.SSLError),
            plain,
            self._context.wrap_socket(plain, server_side=True) as found,
            found.makefile("rb") as stream,
        ):
            count = 0
            while length := self._length(stream):
                message = stream.read(length)
                if len(message) < length:
                    return  # its sender died within it
                self.messages.append(message.decode("ascii"))
                count += 1
                if count == self._closes_after and self.connections <= 3:
                    return

    def _length(self, stream: object) -> int:
        digits = b""
        while (one := stream.read(1)) not in {b" ", b""}:  # type: ignore[attr-defined]
            digits += one
        return int(digits) if digits and one else 0


@contextmanager
def syslog(pem: Path, *, closes_after: int = 0) -> Iterator[SyslogReceiver]:
    receiver = SyslogReceiver(pem, closes_after=closes_after)
    receiver.start()
    try:
        yield receiver
    finally:
        receiver.stop()


class HttpReceiver(ThreadingHTTPServer):
    """Keeps each batch before it answers; ``answers`` are what to give instead, one a request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.batches: list[list[int]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.index_of: Callable[[dict[str, Any]], int] = itemgetter("index")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/events"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: HttpReceiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers.append(dict(self.headers.items()))
        status, headers = self.server.answers.pop(0) if self.server.answers else (204, {})
        if status < 300:
            events = [json.loads(one) for one in body.splitlines()]
            self.server.batches.append([self.server.index_of(one) for one in events])
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def http() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join(5)
