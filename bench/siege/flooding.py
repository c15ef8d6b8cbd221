"""Requests from many addresses at a planned rate: ``python -m bench.siege.flooding TARGET WHAT S``.

Nobody waits for answers: what is due is tried, on a free connection of the next address or on a new
one, of which an address has up to four. Prints how many tries met which answer.
"""

import asyncio
import json
import logging
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import Final

from bench.siege.connection import ClosedError, Connection, connect
from bench.siege.target import Target

CONNECTIONS: Final = 4
PATIENCE_S: Final = 10.0


@dataclass(frozen=True)
class Flood:
    """What is asked for, how often, and from where."""

    rate: float
    """Tries a second of all addresses together."""
    addresses: int
    network: int
    """The second number of the addresses, 127.NETWORK.x.y."""
    request: str
    """Empty for a handshake and no more."""
    host: str
    each_anew: bool = False
    """Whether every try has a connection of its own."""

    def source(self, number: int) -> str:
        """The address of a client: 100 of them share a network of /24."""
        return f"127.{self.network}.{number // 100}.{number % 100 + 1}"

    def asking(self, request: str) -> "Flood":
        """The same with another request."""
        return replace(self, request=request)

    def to_json(self) -> str:
        """For the command line."""
        return json.dumps(asdict(self))


class _Client:
    def __init__(self, source: str) -> None:
        self.source, self.open = source, 0
        self.free: list[Connection] = []


class _Flooding:
    def __init__(self, target: Target, flood: Flood) -> None:
        self.seen: Counter[str] = Counter()
        self._port, self._trust, self._flood = target.port, target.trust(), flood
        self._clients = [_Client(flood.source(n)) for n in range(flood.addresses)]
        self._request = flood.request.encode()

    async def run(self, seconds: float) -> None:
        begun, sent, tries = time.monotonic(), 0, set[asyncio.Task[None]]()
        while (passed := time.monotonic() - begun) < seconds:
            while sent < passed * self._flood.rate:
                client = self._clients[sent % len(self._clients)]
                sent += 1
                if not self._flood.each_anew and not client.free and client.open >= CONNECTIONS:
                    self.seen["all connections busy"] += 1
                    continue
                task = asyncio.create_task(self._try(client))
                tries.add(task)
                task.add_done_callback(tries.discard)
            await asyncio.sleep(0.01)
        for task in list(tries):
            task.cancel()
        self.seen["not answered yet"] += len(tries)

    async def _try(self, client: _Client) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                self.seen[str(await self._answer(client) or "handshakes")] += 1
        except ClosedError:
            self.seen["closed"] += 1
        except TimeoutError:
            self.seen["late"] += 1
        except OSError:
            self.seen["no connection"] += 1

    async def _answer(self, client: _Client) -> int:
        connection = client.free.pop() if client.free else None
        if connection is None or connection.closed:
            client.open += connection is None
            try:
                connection = await connect(
                    self._trust, port=self._port, host=self._flood.host, source=client.source
                )
            except BaseException:
                client.open -= 1
                raise
        try:
            status = (await connection.ask(self._request))[0] if self._request else 0
        except BaseException:
            connection.close()
            client.open -= 1
            raise
        if self._flood.each_anew:
            connection.close()
        if connection.closed:
            client.open -= 1
        else:
            client.free.append(connection)
        return status


async def _all(target: Target, flood: Flood, seconds: float) -> Counter[str]:
    flooding = _Flooding(target, flood)
    await flooding.run(seconds)
    return flooding.seen


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that servers hang up is no news
    told = Flood(**json.loads(sys.argv[2]))
    print(json.dumps(asyncio.run(_all(Target.from_json(sys.argv[1]), told, float(sys.argv[3])))))
