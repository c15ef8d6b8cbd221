"""HTTP/2 to the edge without the rules a client keeps, and what comes back."""

import contextlib
import ssl
import time
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

import h2.config
import h2.connection
import h2.events
import h2.exceptions
from hyperframe.frame import Frame
from tests.gateway.live.stage import Stage
from tests.gateway.live.wire import Answer, Exchange, connect

Fields = Sequence[tuple[str | bytes, str | bytes]]

_CONFIG = h2.config.H2Configuration(
    client_side=True,
    header_encoding="latin-1",
    validate_outbound_headers=False,
    normalize_outbound_headers=False,
    validate_inbound_headers=False,
)


class Http2:
    """One connection. Use as a context manager; all times are seconds."""

    def __init__(self, stage: Stage, *, sni: str = "app.localhost", settings: bool = True) -> None:
        self.tls: ssl.SSLSocket = connect(stage, sni=sni, alpn=("h2",))
        self.h2 = h2.connection.H2Connection(_CONFIG)
        self.closed = False
        self.goaway: int | None = None
        self.resets: dict[int, int] = {}
        self._heads: dict[int, list[tuple[str, str]]] = {}
        self._bodies: dict[int, bytes] = {}
        self._ended: list[int] = []
        if settings:
            self.h2.initiate_connection()
            self.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.tls.close()

    @property
    def answers(self) -> tuple[Answer, ...]:
        """Whole answers, in the order in which they ended."""
        found = []
        for stream in self._ended:
            fields = tuple(self._heads.get(stream, []))
            status = next((int(v) for n, v in fields if n == ":status"), 0)
            found.append(Answer(status, fields, self._bodies.get(stream, b"")))
        return tuple(found)

    @property
    def exchange(self) -> Exchange:
        """What this connection gave."""
        return Exchange(answers=self.answers, rest=b"", closed=self.closed)

    def request(self, fields: Fields, body: bytes | None = None, trailers: Fields = ()) -> int:
        """Open the next stream with ``fields`` as they are; returns its number."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields, end_stream=body is None)
        if body is not None:
            self.h2.send_data(stream, body, end_stream=not trailers)
        if trailers:
            self.h2.send_headers(stream, trailers, end_stream=True)
        self.flush()
        return stream

    def frames(self, frames: Iterable[Frame]) -> None:
        """Send frames that the state machine knows nothing of."""
        self.send(b"".join(frame.serialize() for frame in frames))

    def flush(self) -> None:
        """Send what the state machine has to say."""
        self.send(self.h2.data_to_send())

    def send(self, data: bytes) -> None:
        """Send bytes; a connection cut meanwhile is noted, not raised."""
        try:
            self.tls.sendall(data)
        except OSError:
            self.closed = True

    def read(self, within: float, *, until: int | None = None) -> None:
        """Read for a time, or until so many streams have ended in one way or another."""
        deadline = time.monotonic() + within
        while not self.closed and (left := deadline - time.monotonic()) > 0:
            if until is not None and len(self._ended) + len(self.resets) >= until:
                return
            self.tls.settimeout(left)
            try:
                data = self.tls.recv(65536)
            except TimeoutError:
                return
            except OSError:
                data = b""
            self.closed = not data
            with contextlib.suppress(h2.exceptions.ProtocolError):
                for event in self.h2.receive_data(data) if data else ():
                    self._note(event)
            if not self.closed:
                self.flush()

    def _note(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived():
                self._heads[_stream(event)] = [(_text(n), _text(v)) for n, v in event.headers or ()]
            case h2.events.DataReceived():
                stream = _stream(event)
                self._bodies[stream] = self._bodies.get(stream, b"") + (event.data or b"")
                length = event.flow_controlled_length or 0
                if length:
                    with contextlib.suppress(h2.exceptions.StreamClosedError):
                        self.h2.acknowledge_received_data(length, stream)
            case h2.events.StreamEnded():
                self._ended.append(_stream(event))
            case h2.events.StreamReset():
                self.resets[_stream(event)] = int(event.error_code or 0)
            case h2.events.ConnectionTerminated():
                self.goaway = int(event.error_code or 0)
            case _:
                pass


def _stream(event: h2.events.Event) -> int:
    stream = getattr(event, "stream_id", None)
    assert isinstance(stream, int)
    return stream


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
