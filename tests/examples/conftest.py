"""Starts the shop's real processes on unix sockets, wired directly, and ends them by their id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

SHOP = Path(__file__).parents[2] / "examples" / "shop"
STARTS_WITHIN_S = 20.0


class Shop:
    """The three services in one folder; sockets are ``<folder>/<service>.sock``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.clients: dict[str, httpx.Client] = {}

    def socket(self, service: str) -> Path:
        return self.folder / f"{service}.sock"

    def _run(self, service: str, settings: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONWARNINGS": "error",
            "SHOP_DATA": str(self.folder / "data"),
            "SHOP_LISTEN": f"unix:{self.socket(service)}",
            "SHOP_ORDERS_URL": f"unix:{self.socket('orders')}",
            "SHOP_BILLING_URL": f"unix:{self.socket('billing')}",
        }
        with (self.folder / f"{service}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"shop.{service}"],
                cwd=SHOP,
                env=environment | dict(settings),
                stdout=log,
                stderr=log,
            )

    def refusal(self, service: str, **settings: str) -> str:
        """Start a service that must not start; return what it said and check its exit code."""
        assert self._run(service, settings).wait(timeout=STARTS_WITHIN_S) == 1
        return self.log(service)

    def start(self, service: str, **settings: str) -> None:
        """Start a service and wait until it is healthy."""
        process = self.processes[service] = self._run(service, settings)
        deadline = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < deadline:
            assert process.poll() is None, self.log(service)
            if self.is_listening(service):
                assert self.client(service).get("/healthz").status_code == 200
                return
            time.sleep(0.02)
        raise AssertionError(f"{service} did not start: {self.log(service)}")

    def is_listening(self, service: str) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket(service))) == 0

    def start_all(self) -> None:
        for service in ("billing", "orders", "storefront"):
            self.start(service)

    def stop(self, service: str, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.processes[service].send_signal(number)
        return self.processes[service].wait(timeout=10)

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()

    def client(self, service: str) -> httpx.Client:
        """Return a client that speaks to the service as the sidecar would."""
        if service not in self.clients:
            self.clients[service] = self.new_client(service)
        return self.clients[service]

    def new_client(self, service: str, *, host: str = "") -> httpx.Client:
        return httpx.Client(
            transport=httpx.HTTPTransport(uds=str(self.socket(service))),
            base_url=f"http://{host or service}",
            timeout=10,
        )

    def pages(self, tenant: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Return a client that visits a tenant's pages; the caller closes it."""
        client = self.new_client("storefront", host=f"{tenant}.shop.localhost")
        client.headers.update(headers or {})
        return client

    def end(self) -> None:
        for client in self.clients.values():
            client.close()
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait(timeout=10)


@pytest.fixture
def own_shop() -> Iterator[Shop]:
    """A shop of the test's own, not started; sockets need a short path."""
    with TemporaryDirectory(prefix="shop-", dir="/tmp") as folder:
        shop = Shop(Path(folder))
        try:
            yield shop
        finally:
            shop.end()


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """A running shop that the tests of a module share; each test adds to it."""
    with TemporaryDirectory(prefix="shop-", dir="/tmp") as folder:
        running = Shop(Path(folder))
        try:
            running.start_all()
            yield running
        finally:
            running.end()
