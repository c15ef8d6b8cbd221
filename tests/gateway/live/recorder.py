"""An upstream that keeps what it is sent, and reads it as strictly as RFC 9112 allows.

It answers with the target it was asked for, as long as ``?size=`` at its end says. It runs in the
test's own process, on plain TCP right behind the edge, so that nothing between the edge and it
tidies anything up.
"""

import re
import socket
import socketserver
import threading
from dataclasses import dataclass
from io import BufferedIOBase
from types import TracebackType
from typing import Final, Self

MARK: Final = "x-recorded"
"""The response header that tells that the service answered, not the edge."""

_REQUEST_LINE: Final = re.compile(rb"([A-Z]+) ([!-~]+) HTTP/1\.1\r\n")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9a-z-]+): ?([^\r\n\0]*)\r\n")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it reached the service; ``complete`` says whether its body ended."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    complete: bool

    def values(self, name: str) -> list[str]:
        """Every value of one header."""
        return [value for key, value in self.headers if key == name]

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def host(self) -> str:
        """The one Host header."""
        (host,) = self.values("host")
        return host

    def mentions(self, mark: str) -> bool:
        """Whether a text is anywhere in the request."""
        return mark.encode() in self.body or mark in repr((self.target, self.headers))


class UnreadableError(ValueError):
    """What was sent is no HTTP/1.1 request, read without any leniency."""


class Recorder:
    """Listens on ``address`` while it is open. Use as a context manager."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.broken: list[str] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        """Where it listens, as configuration names it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def about(self, mark: str) -> list[Seen]:
        """The requests that mention ``mark`` anywhere, in the order they came."""
        return [one for one in tuple(self.seen) if one.mentions(mark)]

    def take(self, stream: BufferedIOBase) -> Seen | None:
        """Read the next request of a connection and keep it; ``None`` at the connection's end."""
        try:
            found = _request(stream)
        except UnreadableError as error:
            self.broken.append(str(error))
            return None
        if found is not None:
            self.seen.append(found)
        return found

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        super().__init__(("127.0.0.1", 0), _Connection)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """The edge hung up in the middle: what was read until then is kept."""


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        recorder = self.server.recorder
        while (found := recorder.take(self.rfile)) is not None and found.complete:
            answer = found.target.encode()
            if size := re.search(r"[?]size=([0-9]+)$", found.target):
                answer = answer.ljust(int(size[1]), b".")
            head = f"HTTP/1.1 200 OK\r\n{MARK}: yes\r\ncontent-length: {len(answer)}\r\n\r\n"
            self.wfile.write(head.encode() + (b"" if found.method == "HEAD" else answer))


def _request(stream: BufferedIOBase) -> Seen | None:
    line = stream.readline(1 << 20)
    if not line:
        return None
    parsed = _REQUEST_LINE.fullmatch(line)
    if parsed is None:
        raise UnreadableError(f"request line {line!r}")
    method, target = (part.decode() for part in parsed.groups())
    headers = _fields(stream)
    lengths = [value for name, value in headers if name == "content-length"]
    codings = [value for name, value in headers if name == "transfer-encoding"]
    if len(lengths) + len(codings) > 1 or codings not in ([], ["chunked"]):
        raise UnreadableError(f"framing of {target}: {lengths} {codings}")
    if codings:
        body, complete = _chunks(stream)
    elif lengths:
        if not re.fullmatch("[0-9]+", lengths[0]):
            raise UnreadableError(f"length of {target}: {lengths[0]!r}")
        body = stream.read(int(lengths[0]))
        complete = len(body) == int(lengths[0])
    else:
        body, complete = b"", True
    return Seen(method, target, headers, body, complete)


def _fields(stream: BufferedIOBase) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    while (line := stream.readline(1 << 20)) != b"\r\n":
        parsed = _FIELD.fullmatch(line)
        if parsed is None:
            raise UnreadableError(f"field line {line!r}")
        found.append((parsed[1].decode(), parsed[2].decode("latin-1")))
    return tuple(found)


def _chunks(stream: BufferedIOBase) -> tuple[bytes, bool]:
    """A chunked body (RFC 9112 section 7.1) without extensions, and whether it ended."""
    body = b""
    while True:
        line = stream.readline(1 << 20)
        if not line.endswith(b"\r\n"):
            return body, False
        if not re.fullmatch(rb"[0-9a-fA-F]+\r\n", line):
            raise UnreadableError(f"chunk size {line!r}")
        size = int(line, 16)
        if size == 0:
            return body, stream.readline(1 << 20) == b"\r\n"
        part = stream.read(size + 2)
        if len(part) < size + 2:
            return body + part, False
        if not part.endswith(b"\r\n"):
            raise UnreadableError(f"chunk end {part[-2:]!r}")
        body += part[:-2]
