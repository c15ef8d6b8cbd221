"""Envoy's admin interface over its private unix socket."""

import http.client
import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class AdminUnreachableError(ConnectionError):
    """No Envoy answers at the socket: it is not running, or not yet."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """One address of a cluster, as Envoy sees it."""

    cluster: str
    address: str
    healthy: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admin:
    """A client of one Envoy. Every call opens a connection of its own; time-outs in seconds."""

    socket: Path
    timeout: float = 5.0

    def get(self, path: str) -> str:
        """Read a page, such as ``/stats``."""
        return self._request("GET", path)

    def post(self, path: str) -> str:
        """Do something, such as ``/drain_listeners?graceful``."""
        return self._request("POST", path)

    def ready(self) -> bool:
        """Whether Envoy has its listeners and takes requests."""
        try:
            return self.get("/ready").strip() == "LIVE"
        except (AdminUnreachableError, OSError):
            return False

    def stats(self, pattern: str) -> dict[str, str]:
        """Counters, gauges and texts whose name matches the regular expression."""
        query = "".join(c if re.match(r"[\w.|*\\^$()-]", c) else f"%{ord(c):02x}" for c in pattern)
        lines = self.get(f"/stats?filter={query}").splitlines()
        pairs = (line.partition(": ") for line in lines)
        return {name: value.strip('"') for name, _, value in pairs if _}

    def json(self, path: str) -> Any:
        """Read a page that is JSON."""
        return json.loads(self.get(path))

    def upstreams(self) -> tuple[Upstream, ...]:
        """Every address of every cluster with its health, but for those within Envoy itself."""
        found = []
        for cluster in self.json("/clusters?format=json").get("cluster_statuses", []):
            for host in cluster.get("host_statuses", []):
                if is_inside(host["address"]):
                    continue
                health = host.get("health_status", {})
                reasons = tuple(
                    name.removeprefix("failed_").replace("_", " ")
                    for name, value in health.items()
                    if value is True
                )
                found.append(
                    Upstream(cluster["name"], _address(host["address"]), not reasons, reasons)
                )
        return tuple(found)

    def _request(self, method: str, path: str) -> str:
        connection = _UnixConnection(self.socket, self.timeout)
        try:
            connection.request(method, path, headers={"host": "admin"})
            response = connection.getresponse()
            body = response.read().decode("utf-8", "replace")
        except OSError as error:
            msg = f"Envoy does not answer at {self.socket}: {error}"
            raise AdminUnreachableError(msg) from error
        finally:
            connection.close()
        if response.status != 200 and path != "/ready":
            msg = f"Envoy answered {response.status} to {path}: {body.strip()}"
            raise OSError(msg)
        return body


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def is_inside(address: dict[str, Any]) -> bool:
    """Whether it leads to a listener within the same Envoy: nobody else gets there."""
    return "envoy_internal_address" in address


def _address(address: dict[str, Any]) -> str:
    if "pipe" in address:
        return f"unix:{address['pipe']['path']}"
    place = address["socket_address"]
    return f"{place['address']}:{place['port_value']}"
