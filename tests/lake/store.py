"""An S3-compatible store in a process of its own, and a way to it that fails as networks do."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import boto3
from tests.ports import free_port

from ringwall.lake.bucket import Bucket

PATIENCE_S = 60.0


@dataclass
class Store:
    """moto's server at ``port``. A key that it asks for is looked at only where it has users."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, kind: str = "s3") -> Any:
        return client_of(self.endpoint, "writer", "of tests", kind)

    def bucket(self, endpoint: str = "") -> Bucket:
        """A bucket that nobody has used, reached at ``endpoint``."""
        name = f"log-{uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return Bucket(
            uri=f"s3://{name}/ringwall/events",
            endpoint=endpoint or self.endpoint,
            region="us-east-1",
            access_key="writer",
            secret_key="of tests",
        )


def client_of(endpoint: str, access_key: str, secret_key: str, kind: str = "s3") -> Any:
    return boto3.client(
        kind,
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
    )


def objects_of(bucket: Bucket) -> dict[str, bytes]:
    """All that is below a prefix, by name."""
    client = client_of(bucket.endpoint, bucket.access_key, bucket.secret_key)
    found = {}
    pages = client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket.name, Prefix=f"{bucket.prefix}/"):
        for one in page.get("Contents", ()):
            body = client.get_object(Bucket=bucket.name, Key=one["Key"])["Body"].read()
            found[one["Key"].removeprefix(f"{bucket.prefix}/")] = body
    return found


def put_object(bucket: Bucket, name: str, content: bytes) -> None:
    """Put an object below a bucket's prefix."""
    client = client_of(bucket.endpoint, bucket.access_key, bucket.secret_key)
    client.put_object(Bucket=bucket.name, Key=f"{bucket.prefix}/{name}", Body=content)


@contextmanager
def store(**environment: str) -> Iterator[Store]:
    """One, running; it ends with it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield Store(port, process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@dataclass
class Way:
    """Passes connections on to a port, while it ``is_open``.

    With ``loses`` a PUT of a name with this in it is done, but its answer is not passed back.
    """

    to: int
    is_open: bool = True
    loses: bytes | None = None
    lost: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> "Way":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self.shut()
        for one in self._threads:
            one.join(PATIENCE_S)
        for each in (self._listening, *self._sockets):
            each.close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def shut(self) -> None:
        """End every connection, and take no other."""
        self.is_open = False
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._sockets.append(client)
            if not self.is_open:
                client.shutdown(socket.SHUT_RDWR)
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            self._sockets.append(server)
            eats = threading.Event()
            for one, other, looks in ((client, server, True), (server, client, False)):
                args = (one, other, eats, looks)
                self._threads.append(threading.Thread(target=self._pass, args=args))
                self._threads[-1].start()

    def _pass(
        self, one: socket.socket, other: socket.socket, eats: threading.Event, looks: bool
    ) -> None:
        with suppress(OSError):
            while content := one.recv(65_536):
                head = content.split(b"\r\n", 1)[0]
                if looks and self.loses and head.startswith(b"PUT ") and self.loses in head:
                    eats.set()
                if not looks and eats.is_set():
                    self.lost += 1
                    break
                other.sendall(content)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
