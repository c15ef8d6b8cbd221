"""A service that speaks HTTP/2 in plain text and tells what reached it, trailers included."""

import json
import socket
import threading
from contextlib import suppress

import h2.config
import h2.connection
import h2.events

_CONFIG = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")


class Http2Service:
    """Listens while it is entered; answers with JSON and the trailer ``x-checked: yes``."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> "Http2Service":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        connection = h2.connection.H2Connection(_CONFIG)
        connection.initiate_connection()
        heads: dict[int, list[tuple[str, str]]] = {}
        sizes: dict[int, int] = {}
        trailers: dict[int, list[tuple[str, str]]] = {}
        with suppress(OSError), sock:
            sock.sendall(connection.data_to_send())
            while data := sock.recv(65536):
                for event in connection.receive_data(data):
                    match event:
                        case h2.events.RequestReceived(stream_id=int(stream)):
                            heads[stream] = [(str(n), str(v)) for n, v in event.headers or ()]
                        case h2.events.TrailersReceived(stream_id=int(stream)):
                            trailers[stream] = [(str(n), str(v)) for n, v in event.headers or ()]
                        case h2.events.DataReceived(stream_id=int(stream)):
                            sizes[stream] = sizes.get(stream, 0) + len(event.data or b"")
                            connection.acknowledge_received_data(
                                event.flow_controlled_length or 0, stream
                            )
                        case h2.events.StreamEnded(stream_id=int(stream)):
                            told = {
                                "headers": heads.pop(stream),
                                "trailers": trailers.pop(stream, []),
                                "body_bytes": sizes.pop(stream, 0),
                            }
                            _answer(connection, stream, json.dumps(told).encode())
                sock.sendall(connection.data_to_send())
        self._open.discard(sock)


def _answer(connection: h2.connection.H2Connection, stream: int, body: bytes) -> None:
    given = [(":status", "200"), ("content-type", "application/json"), ("server", "h2/1")]
    connection.send_headers(stream, given)
    connection.send_data(stream, body)
    connection.send_headers(stream, [("x-checked", "yes")], end_stream=True)
