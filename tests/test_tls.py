"""Connections that are reset before they are ready leave nothing open."""

import gc
import socket
import ssl
import struct
import threading
import warnings

import pytest
from tests.tls import over_tls


@pytest.mark.parametrize("source", [None, "127.0.0.2"])
def test_one_that_is_reset_at_once_is_closed(source: str | None) -> None:
    at_once = struct.pack("ii", 1, 0)
    with socket.create_server(("127.0.0.1", 0)) as server, warnings.catch_warnings():
        warnings.simplefilter("error")

        def reset() -> None:
            for _ in range(20):
                one, _ = server.accept()
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
                one.close()

        thread = threading.Thread(target=reset)
        thread.start()
        for _ in range(20):
            with pytest.raises(OSError, match=r"reset|EOF"):
                over_tls(ssl.create_default_context(), server.getsockname()[1], source=source)
        thread.join(10)
        gc.collect()


def test_one_to_nobody_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        over_tls(ssl.create_default_context(), port)
    gc.collect()
