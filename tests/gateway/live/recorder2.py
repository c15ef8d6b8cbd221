"""An upstream that speaks HTTP/2 in the clear, and keeps what it is sent."""

import socketserver
import threading
from types import TracebackType
from typing import Self

import h2.config
import h2.connection
import h2.events
from tests.gateway.live.recorder import MARK, Seen


class Recorder2:
    """Listens on ``address`` while it is open. A request's ``scheme`` is among its headers."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        """Where it listens, as configuration names it."""
        return f"127.0.0.1:{self._server.server_address[1]}"

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

    def __init__(self, recorder: Recorder2) -> None:
        self.recorder = recorder
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding="latin-1")
        connection = h2.connection.H2Connection(config)
        connection.initiate_connection()
        self.request.sendall(connection.data_to_send())
        while data := self.request.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self._answer(connection, event)
            self.request.sendall(connection.data_to_send())

    def _answer(
        self, connection: h2.connection.H2Connection, event: h2.events.RequestReceived
    ) -> None:
        fields = [(str(name), str(value)) for name, value in event.headers or ()]
        pseudo = {name: value for name, value in fields if name.startswith(":")}
        headers = (
            ("host", pseudo[":authority"]),
            ("scheme", pseudo[":scheme"]),
            *(field for field in fields if field[0] not in pseudo),
        )
        self.server.recorder.seen.append(
            Seen(pseudo[":method"], pseudo[":path"], headers, b"", complete=True)
        )
        assert event.stream_id is not None
        answer = [(":status", "200"), (MARK, "yes"), ("content-length", "0")]
        connection.send_headers(event.stream_id, answer, end_stream=True)
