"""A whole Ringwall, started by its own command in a folder of its own on free ports."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpcore
import httpx
import yaml
from tests.ports import free_port
from tests.preloaded import program
from tests.runtime.migrated import put_tables_unless_there
from tests.tls import over_tls

from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Gateway
from ringwall.gateway.status import GatewayStatus, gateway_status
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.processes.calls import ControlError, call_sync
from ringwall.runtime.processes.paths import run_dir_for

ECHO = Path(__file__).with_name("echo.py")
STARTS_WITHIN_S = 90.0
"""What is bounded by less says so itself: a busy machine may start a whole Ringwall in a minute."""
NO_ROOM = b"inotify instances to watch their files"
"""What is told where others hold too many of them: a user has 128 as Linux comes."""

Json = dict[str, Any]


def echo_service(name: str = "echo", **more: Any) -> Json:
    """A service behind a managed sidecar, run by Ringwall itself."""
    return {
        "addresses": [f"127.0.0.1:{free_port()}"],
        "owner": "tests",
        "health": {"path": "/healthz", "interval": "1s"},
        "sidecar": {"app": f"unix:run/{name}.sock"},
        "process": {"command": ["python", str(ECHO), f"unix:run/{name}.sock"]},
        **more,
    }


def plain_config(**more: Any) -> Json:
    """One host, one echo service, every method on every path."""
    return {
        "edge": {"hosts": {"app.localhost": {}}},
        "services": {"echo": echo_service()},
        "routes": [
            {
                "name": "all",
                "hosts": ["app.localhost"],
                "path": "/**",
                "methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
                "service": "echo",
            }
        ],
        **more,
    }


class Stage:
    """One installation in ``folder``. Use as a context manager: everything ends with it."""

    def __init__(self, folder: Path, config: Json | None = None) -> None:
        self.folder, self.config = folder, config or plain_config()
        self.port, self.redirect, self.private = free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.environment: dict[str, str] = {}
        self.write(self.config)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    @property
    def file(self) -> Path:
        return self.folder / "ringwall.yaml"

    @property
    def state(self) -> Path:
        return self.folder / ".ringwall"

    def write(self, config: Json) -> None:
        """Write the configuration; where the edge listens is filled in."""
        self.config = config
        edge = {
            "listen": f"127.0.0.1:{self.port}",
            "redirect": f"127.0.0.1:{self.redirect}",
            "private": f"127.0.0.1:{self.private}",
            **config.get("edge", {}),
        }
        self.file.write_text(yaml.safe_dump({"version": 1, **config, "edge": edge}))

    def up(self, *flags: str) -> "Stage":
        """Run ``ringwall up`` and wait until the edge and all processes are ready.

        It finds its tables in place; whoever tests a first start runs the command directly.
        """
        if "database" not in self.config:
            put_tables_unless_there(self.state)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while True:
            path = self.folder / "up.log"
            told = path.stat().st_size if path.exists() else 0
            self._start(*flags)
            try:
                self.wait(self.is_ready)
            except AssertionError:
                # Those that other tests hold at the moment are given back.
                if NO_ROOM not in path.read_bytes()[told:] or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                return self

    def _start(self, *flags: str) -> None:
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ringwall", "up", "--no-watch", *flags],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def is_ready(self) -> bool:
        """Whether every process is ready and every upstream address healthy."""
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError(self.log())
        try:
            if any(one["state"] != "ready" for one in self.ask("status")["processes"]):
                return False
        except (ControlError, TimeoutError):
            return False
        found = self.gateway_status()
        return not found.unknown and all(one.healthy for one in found.upstreams)

    def wait(self, condition: Any, within: float = STARTS_WITHIN_S) -> None:
        """Wait until ``condition()`` is true; the log is in the failure."""
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def command(self, *arguments: str, **more: Any) -> "subprocess.CompletedProcess[str]":
        """Run a ``ringwall`` command in the folder."""
        return subprocess.run(
            [program(), *arguments],
            cwd=self.folder,
            env={**os.environ, "COLUMNS": "200", **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **more,
        )

    def ask(self, name: str, **arguments: object) -> Json:
        """One call over the control socket, without the time a command takes to start."""
        control = run_dir_for(self.state) / "control.sock"
        answer = call_sync(control, name, timeout=60, **arguments)
        assert isinstance(answer, dict)
        return answer

    def gateway(self) -> Gateway:
        """The gateway of this installation, in this process."""
        return open_gateway(find(all_sections, config=self.file, state=self.state))

    def gateway_status(self) -> GatewayStatus:
        """How the gateway fares, found as the command finds it, in this process."""
        with patch.dict(os.environ, self.environment):
            return gateway_status(self.gateway(), now=datetime.now(UTC))

    def status(self) -> Json:
        """What ``ringwall status --json`` prints."""
        found = {**self.ask("status"), **self.gateway_status().to_json()}
        result: Json = json.loads(json.dumps(found, default=str))
        return result

    def pid(self, name: str) -> int:
        """The process id of one supervised process, once it runs."""
        found: list[int] = []

        def runs() -> bool:
            several = self.ask("status")["processes"]
            found[:] = [int(p["pid"]) for p in several if p["name"] == name and p["pid"]]
            return bool(found)

        self.wait(runs)
        return found[0]

    def down(self) -> None:
        """End everything, by the guardian's id, and check that nothing is left."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        finally:
            left = self.left()
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            self.process = None
        assert not left, f"still running: {left}\n{self.log()}"

    def left(self) -> list[int]:
        """Processes of this installation, found by the folder in their environment."""
        marks = [f"RINGWALL_STATE={self.state}".encode(), f"RINGWALL_CONFIG={self.file}".encode()]
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                ended = b") Z " in (entry / "stat").read_bytes()
            except OSError:
                continue
            if any(mark in environment for mark in marks) and not ended:
                found.append(int(entry.name))
        return found

    def log(self) -> str:
        path = self.folder / "up.log"
        return path.read_text(errors="replace")[-8000:] if path.exists() else "nothing was logged"

    def trust(self) -> ssl.SSLContext:
        """A client context that trusts the local authority and nothing else."""
        roots = self.state / "pki" / "edge" / "trust.pem"
        return ssl.create_default_context(cafile=str(roots))

    def client(self, *, http2: bool = False, **more: Any) -> httpx.Client:
        """A client for which every host is at this edge."""
        # A change may take longer than the 5 s for which httpx keeps a connection.
        kept = httpx.Limits(keepalive_expiry=60)
        transport = httpx.HTTPTransport(
            verify=self.trust(), http2=http2, http1=not http2, limits=kept
        )
        transport._pool._network_backend = _ToEdge(self.port)
        return httpx.Client(transport=transport, timeout=20, **more)

    async def on_one_connection(self, requests: Sequence[httpx.Request]) -> list[httpx.Response]:
        """Send requests over one connection of HTTP/2, all but the first at the same moment.

        In one thread: two that write to such a connection mix up its compressed headers.
        """
        kept = httpx.Limits(keepalive_expiry=60)
        transport = httpx.AsyncHTTPTransport(
            verify=self.trust(), http2=True, http1=False, limits=kept
        )
        transport._pool._network_backend = _ToEdgeAsync(self.port)
        async with httpx.AsyncClient(transport=transport, timeout=20) as client:
            first = await client.send(requests[0])
            return [first, *await asyncio.gather(*map(client.send, requests[1:]))]

    def get(self, url: str, **more: Any) -> httpx.Response:
        """One request on a connection of its own."""
        with self.client() as client:
            return client.get(url, **more)

    def raw(self, data: bytes, *, host: str = "app.localhost", wait: float = 5.0) -> bytes:
        """Send bytes over TLS (ALPN http/1.1) and return all that comes until the end.

        Where none comes, it ends after ``wait`` seconds without anything.
        """
        context = self.trust()
        context.set_alpn_protocols(["http/1.1"])
        received = b""
        with over_tls(context, self.port, host=host) as tls:
            tls.settimeout(wait)
            tls.sendall(data)
            try:
                while chunk := tls.recv(65536):
                    received += chunk
            except (TimeoutError, ssl.SSLError, ConnectionError):
                pass
        return received


class _ToEdge(httpcore.SyncBackend):
    """Connects to the edge whatever the name is; TLS still checks the name."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        del host, port
        return super().connect_tcp("127.0.0.1", self._port, timeout, local_address, socket_options)


class _ToEdgeAsync(httpcore.AnyIOBackend):
    """The same for one thread."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        del host, port
        return await super().connect_tcp(
            "127.0.0.1", self._port, timeout, local_address, socket_options
        )


def header(answer: Mapping[str, Any], name: str) -> list[str]:
    """The values of one request header in what the echo service tells."""
    return [value for key, value in answer["headers"] if key == name]
