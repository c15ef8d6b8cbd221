"""moto's server on loopback, and the environment in which the AWS command line would find it."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import requests
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.server import ThreadedMotoServer
from tests.posture.accounts.making import REGION
from werkzeug.serving import make_server

CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": "/nonexistent",
    "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def moto_server() -> Iterator[str]:
    """Its address; it ends with the block."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def reluctant_moto(answers: int) -> Iterator[str]:
    """One more address of the same accounts: after so many answers it has none until the end."""
    served = DomainDispatcherApplication(create_backend_app)
    left = threading.Semaphore(answers)
    ended = threading.Event()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not left.acquire(blocking=False):
            ended.wait()
            start_response("503 Service Unavailable", [])
            return [b""]
        told: Iterable[bytes] = served(environ, start_response)
        return told

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def emptied(address: str) -> None:
    """Have nothing in its accounts."""
    assert requests.post(f"{address}/moto-api/reset", timeout=10).status_code == 200
