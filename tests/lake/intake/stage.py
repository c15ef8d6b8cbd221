"""A real intake in a process of its own, with certificates of real authorities."""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.tls import over_tls

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings

DOMAIN = "ringwall.internal"
KEY = "rws_a-key-of-the-shop-that-is-long-enough"
_WITHIN_S = 20.0


@dataclass(frozen=True)
class Reply:
    """What an HTTP request was answered with."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Stage:
    """One intake: started, stopped, killed and asked. Its folder is gone afterwards."""

    def __init__(self, **variables: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rw-in-", dir="/tmp"))
        self.spool = self.folder / "spool" / "intake" / "intake.jsonl"
        self.control, self.status_file = self.folder / "run" / "c.sock", self.folder / "status.json"
        self.store = CertificateStore(self.folder / "state", clock=SystemClock())
        shown = self.store.for_host("localhost", HostSettings())
        self.trust = self.store.trust_bundle("edge")
        self.keys, self.local = self.folder / "keys.json", self.folder / "local.json"
        self.keys.write_text(json.dumps({"shop": sha256(KEY.encode()).hexdigest()}))
        self.local.write_text(json.dumps({"desk": [os.geteuid()]}))
        self.service("shop")
        self.variables = {
            "SPOOL": str(self.spool),
            "CONTROL": str(self.control),
            "STATUS": str(self.status_file),
            "HTTP": "127.0.0.1:0",
            "SYSLOG": "127.0.0.1:0",
            "CERTIFICATE": str(shown.chain),
            "KEY": str(shown.key),
            "TRUST": str(self.store.trust_bundle("services", trust_domain=DOMAIN)),
            "TRUST_DOMAIN": DOMAIN,
            "KEYS": str(self.keys),
            "LOCAL": str(self.local),
            "SOCKETS": str(self.folder / "in"),
            "LEAST_FREE": "0",
            **variables,
        }
        self._log = (self.folder / "log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.kill()
        self._log.close()
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def service(self, name: str) -> Credential:
        """The credential of a service."""
        return self.store.for_service(name, trust_domain=DOMAIN)

    def start(self, **variables: str) -> None:
        """Start it and wait until its doors are open; it keeps its ports from one to the next."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("RINGWALL_")
        }
        told = {**self.variables, **variables}
        environment |= {f"RINGWALL_INTAKE_{name}": value for name, value in told.items()}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ringwall.lake.intake.process"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        deadline = time.monotonic() + _WITHIN_S
        while True:
            try:
                doors = self.status()["doors"]
            except OSError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < deadline, self.log
                time.sleep(0.02)
            else:
                break
        for name, door in (("HTTP", "http"), ("SYSLOG", "syslog")):
            if door in doors:
                self.variables[name] = doors[door]["at"]

    def stop(self) -> None:
        """End it as the supervisor does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(_WITHIN_S)
        self._process = None

    def port(self, door: str) -> int:
        return int(self.variables[door.upper()].rpartition(":")[2])

    def tls(self, service: str | None) -> ssl.SSLContext:
        """What a client trusts and shows."""
        context = ssl.create_default_context(cafile=self.trust)
        if service is not None:
            shown = self.service(service)
            context.load_cert_chain(shown.chain, shown.key)
        return context

    def connected(self, door: str, service: str | None = "shop") -> ssl.SSLSocket:
        """A connection with TLS, as the service."""
        return over_tls(self.tls(service), self.port(door))

    def post(
        self,
        body: bytes | str,
        *,
        service: str | None = "shop",
        path: str = "/v1/events",
        kind: str = "application/json",
        **headers: str,
    ) -> Reply:
        """Ask over TLS, with the certificate of ``service``."""
        connection = http.client.HTTPSConnection(
            "localhost", self.port("http"), timeout=20, context=self.tls(service)
        )
        connection.connect = connect_to_loopback(connection)  # type: ignore[method-assign]
        return asked(connection, "POST", path, body, kind, headers)

    def post_locally(self, service: str, body: bytes | str, **headers: str) -> Reply:
        """Ask over the socket of a service on this machine."""
        path = self.folder / "in" / f"{service}.sock"
        return asked(UnixConnection(path), "POST", "/v1/events", body, "application/json", headers)

    def status(self) -> Any:
        """What the process says of itself now."""
        connection = UnixConnection(self.control)
        return asked(connection, "GET", "/status", b"", "application/json", {}).json

    def reopen(self) -> None:
        """Have it make a new file."""
        connection = UnixConnection(self.control)
        assert asked(connection, "POST", "/reopen", b"", "application/json", {}).status == 204

    def lines(self) -> list[Any]:
        """Everything in the file that is written, which is whole lines of JSON."""
        deadline = time.monotonic() + _WITHIN_S
        # Of what is just being written a part may be seen, up to the end of a page.
        while (content := self.spool.read_bytes()) and not content.endswith(b"\n"):
            assert time.monotonic() < deadline, content[-1000:]
            time.sleep(0.01)
        return [json.loads(line) for line in content.splitlines()]

    def events(self) -> list[Any]:
        return [line for line in self.lines() if "event" in line]

    def evidence(self) -> list[Any]:
        return [line for line in self.lines() if "quarantine" in line]

    def wait_for(self, seen: Any, within: float = _WITHIN_S) -> Any:
        """Wait until ``seen()`` is true, and return it."""
        deadline = time.monotonic() + within
        while not (found := seen()):
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)
        return found


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(str(self._path))


def connect_to_loopback(connection: http.client.HTTPSConnection) -> Any:
    def connect() -> None:
        context: ssl.SSLContext = connection._context  # type: ignore[attr-defined]
        connection.sock = over_tls(context, connection.port, timeout=20)

    return connect


def asked(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | str,
    kind: str,
    headers: Mapping[str, str],
) -> Reply:
    """Ask once."""
    content = body.encode() if isinstance(body, str) else body
    told = {"Content-Type": kind} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    try:
        connection.request(method, path, content, told)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, found, answer.read())
    finally:
        connection.close()


def killed_meanwhile(
    own: Stage,
    send: Callable[[int], None],
    acknowledged: Sized,
    ended: threading.Event,
    *,
    times: int,
) -> None:
    """Kill it while as many threads send numbers, each from one of its own on until ``ended``."""
    firsts = [number * 1_000_000 for number in range(times)]
    threads = [threading.Thread(target=send, args=(one,), daemon=True) for one in firsts]
    for thread in threads:
        thread.start()
    for _ in range(times):
        count = len(acknowledged)
        own.wait_for(lambda count=count: len(acknowledged) > count + 20)
        own.kill()
        own.start()
    ended.set()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "somebody is still not answered"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def event(message: str = "hello", **more: Any) -> dict[str, Any]:
    """An OCSF event of now."""
    return {
        "class_uid": 0,
        "category_uid": 0,
        "activity_id": 0,
        "type_uid": 0,
        "severity_id": 1,
        "time": now_ms(),
        "message": message,
        "metadata": {"version": "1.8.0", "product": {"name": "Shop"}},
        **more,
    }
