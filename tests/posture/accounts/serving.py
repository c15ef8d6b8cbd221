"""moto's server on loopback, and the environment in which the AWS command line would find it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import requests
from moto.server import ThreadedMotoServer
from tests.posture.accounts.making import REGION

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


def emptied(address: str) -> None:
    """Have nothing in its accounts."""
    assert requests.post(f"{address}/moto-api/reset", timeout=10).status_code == 200
