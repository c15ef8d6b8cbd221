"""Connections that are opened and say nothing: ``python -m bench.siege.idling TARGET COUNT S``.

Four in five are open and silent, one in five has done its handshake of TLS; from 100 addresses,
opened in the first half of the time and held to the end. Prints how many were opened, and how many
of them the server closed.
"""

import asyncio
import json
import logging
import ssl
import sys
import time
from collections import Counter
from typing import Final

from bench.siege.target import APP, Target

NETWORK: Final = 40
ADDRESSES: Final = 100


class _Silent(asyncio.Protocol):
    def __init__(self, seen: Counter[str]) -> None:
        self._seen, self.over = seen, False

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if not self.over:
            self._seen["closed by the server"] += 1


async def _all(target: Target, count: int, seconds: float) -> Counter[str]:
    seen, held = Counter[str](), list[tuple[asyncio.Transport, _Silent]]()
    loop, trust = asyncio.get_running_loop(), target.trust()

    async def one(number: int) -> None:
        context: ssl.SSLContext | None = trust if number % 5 == 0 else None
        source = f"127.{NETWORK}.{number % ADDRESSES}.1"
        try:
            async with asyncio.timeout(10):
                transport, silent = await loop.create_connection(
                    lambda: _Silent(seen),
                    "127.0.0.1",
                    target.port,
                    ssl=context,
                    server_hostname=APP if context else None,
                    local_addr=(source, 0),
                )
        except OSError:
            seen["not opened"] += 1
        else:
            seen["opened with TLS" if context else "opened"] += 1
            held.append((transport, silent))

    begun, tasks = time.monotonic(), set[asyncio.Task[None]]()
    for number in range(count):
        if time.monotonic() - begun > seconds:
            seen["not tried in time"] = count - number
            break
        task = asyncio.create_task(one(number))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if number % 20 == 0:
            await asyncio.sleep(max(0.0, begun + seconds / 2 * number / count - time.monotonic()))
    await asyncio.sleep(max(0.0, begun + seconds - time.monotonic()))
    for task in list(tasks):
        task.cancel()
    for transport, silent in held:
        silent.over = True
        transport.abort()
    seen["held to the end"] = len(held) - seen["closed by the server"]
    return seen


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that servers hang up is no news
    told = Target.from_json(sys.argv[1])
    print(json.dumps(asyncio.run(_all(told, int(sys.argv[2]), float(sys.argv[3])))))
