"""Clients at loopback addresses of their own, for what the edge counts or refuses by address."""

import http.client
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.gateway.live.stage import Stage
from tests.tls import over_tls


class From:
    """A client at an address of its own, on one connection a host until the end of ``with``."""

    def __init__(self, stage: Stage, address: str, *, host: str = "app.localhost") -> None:
        self._stage, self._address, self._host = stage, address, host
        self._open: dict[str, http.client.HTTPConnection] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._open.values():
            connection.close()

    def asks(
        self,
        path: str = "/in/x",
        *,
        host: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        """One request; the answer is read to its end."""
        return self.reads(path, host=host, method=method, headers=headers)[0]

    def reads(
        self,
        path: str = "/in/x",
        *,
        host: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> tuple[http.client.HTTPResponse, str]:
        """One request; the answer and its text."""
        host = host or self._host
        connection = self._open.get(host)
        if connection is None or connection.sock is None:  # http.client would ask port 80 next
            connection = self._connected(host)
        connection.request(method, path, body, headers={"Host": host, **(headers or {})})
        answer = connection.getresponse()
        return answer, answer.read().decode(errors="replace")

    def statuses(
        self,
        times: int,
        path: str = "/in/x",
        *,
        host: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> list[int]:
        """The statuses of several requests, one after the other."""
        return [self.asks(path, host=host, headers=headers).status for _ in range(times)]

    def _connected(self, host: str) -> http.client.HTTPConnection:
        sock = over_tls(self._stage.trust(), self._stage.port, host=host, source=self._address)
        self._open[host] = connection = http.client.HTTPConnection(host)
        connection.sock = sock
        return connection
