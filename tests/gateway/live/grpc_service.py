"""A gRPC service without generated code: bytes in, bytes out."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import grpc

SERVING = b"\x08\x01"
"""A serialised ``grpc.health.v1.HealthCheckResponse`` that says SERVING."""


def _echo(request: bytes, context: grpc.ServicerContext) -> bytes:
    sent = dict(context.invocation_metadata())
    context.send_initial_metadata([("x-given", sent.get("x-asked", "nothing"))])
    context.set_trailing_metadata([("x-bytes", str(len(request)))])
    return request


def _refuse(_request: bytes, context: grpc.ServicerContext) -> bytes:
    context.set_code(grpc.StatusCode.FAILED_PRECONDITION)
    context.set_details("not today")
    return b""


def _count(request: bytes, _context: grpc.ServicerContext) -> Iterator[bytes]:
    for number in range(int(request)):
        yield str(number).encode()
        time.sleep(0.05)


def _tell(request: bytes, heard: threading.Semaphore) -> Iterator[bytes]:
    """Count, and say nothing more before somebody has ``heard`` what was said."""
    for number in range(int(request)):
        yield str(number).encode()
        assert heard.acquire(timeout=10), f"nobody heard {number}"
        time.sleep(0.05)


def _gather(requests: Iterator[bytes], _context: grpc.ServicerContext) -> bytes:
    return str(sum(len(one) for one in requests)).encode()


def _converse(requests: Iterator[bytes], _context: grpc.ServicerContext) -> Iterator[bytes]:
    for one in requests:
        yield b"heard " + one


class GrpcService:
    """Listens while it is entered. Who asks it to tell releases ``heard`` for each word."""

    def __init__(self) -> None:
        self.heard = threading.Semaphore(0)
        self._server = grpc.server(ThreadPoolExecutor(max_workers=20))
        handlers: dict[str, Any] = {
            "Echo": grpc.unary_unary_rpc_method_handler(_echo),
            "Refuse": grpc.unary_unary_rpc_method_handler(_refuse),
            "Count": grpc.unary_stream_rpc_method_handler(_count),
            "Tell": grpc.unary_stream_rpc_method_handler(
                lambda request, _: _tell(request, self.heard)
            ),
            "Gather": grpc.stream_unary_rpc_method_handler(_gather),
            "Converse": grpc.stream_stream_rpc_method_handler(_converse),
        }
        health = {"Check": grpc.unary_unary_rpc_method_handler(lambda *_: SERVING)}
        for name, methods in (("tests.Words", handlers), ("grpc.health.v1.Health", health)):
            generic = grpc.method_handlers_generic_handler(name, methods)
            self._server.add_generic_rpc_handlers((generic,))
        self.address = "127.0.0.1:{}".format(self._server.add_insecure_port("127.0.0.1:0"))

    def __enter__(self) -> "GrpcService":
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(grace=0).wait()
