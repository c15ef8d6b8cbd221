"""Connections that are opened and say nothing: ``python -m bench.siege.idling TARGET COUNT S``.

Nine in ten are open and silent, one in ten has done its handshake of TLS; from 100 addresses,
opened in the first half of the time and held to the end. Prints how many were opened, and how many
of them the server closed.
"""

import asyncio
import json
import logging
import socket
import ssl
import sys
import time
from collections import Counter
from typing import Final

from bench.siege.target import APP, Target

NETWORK: Final = 40
ADDRESSES: Final = 100


class _Silent(asyncio.Protocol):
    closed = False

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.closed = True


class _Idling:
    """All of them; asyncio's own connections are for TLS alone, since they are dear to make."""

    def __init__(self, target: Target) -> None:
        self.seen: Counter[str] = Counter()
        self._port, self._trust = target.port, target.trust()
        self._plain: list[socket.socket] = []
        self._secure: list[_Silent] = []

    async def open(self, number: int) -> None:
        source = (f"127.{NETWORK}.{number % ADDRESSES}.1", 0)
        try:
            async with asyncio.timeout(10):
                if number % 10 == 0:
                    await self._with_tls(source, self._trust)
                else:
                    await self._without(source)
        except OSError:
            self.seen["not opened"] += 1

    async def _with_tls(self, source: tuple[str, int], trust: ssl.SSLContext) -> None:
        _, silent = await asyncio.get_running_loop().create_connection(
            _Silent, "127.0.0.1", self._port, ssl=trust, server_hostname=APP, local_addr=source
        )
        self._secure.append(silent)
        self.seen["opened with TLS"] += 1

    async def _without(self, source: tuple[str, int]) -> None:
        one = socket.socket()
        one.setblocking(False)
        one.bind(source)
        await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", self._port))
        self._plain.append(one)
        self.seen["opened"] += 1

    def over(self) -> None:
        """Count what the server has closed, and hang up."""
        closed = sum(one.closed for one in self._secure) + sum(map(_closed, self._plain))
        self.seen["closed by the server"] = closed
        self.seen["held to the end"] = len(self._secure) + len(self._plain) - closed
        for one in self._plain:
            one.close()


def _closed(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


async def _all(target: Target, count: int, seconds: float) -> Counter[str]:
    idling, begun, tasks = _Idling(target), time.monotonic(), set[asyncio.Task[None]]()
    for number in range(count):
        if time.monotonic() - begun > seconds:
            idling.seen["not tried in time"] = count - number
            break
        task = asyncio.create_task(idling.open(number))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if number % 20 == 0:
            await asyncio.sleep(max(0.0, begun + seconds / 2 * number / count - time.monotonic()))
    await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
    for task in list(tasks):
        task.cancel()
    idling.seen["not open yet"] = len(tasks)
    idling.over()
    return idling.seen


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that servers hang up is no news
    told = Target.from_json(sys.argv[1])
    print(json.dumps(asyncio.run(_all(told, int(sys.argv[2]), float(sys.argv[3])))))
