"""The process that counts shared limits, over a socket that only the edge knows.

It knows nothing of the configuration: each question says what the limit is. All else it is told by
its environment.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Final

from ringwall.gateway.quotas.address import RedisAddress
from ringwall.gateway.quotas.counting import Counting
from ringwall.gateway.quotas.state import keep_state, state_file
from ringwall.gateway.quotas.streams import Connection
from ringwall.runtime.announcing import listening_at

SOCKET_VARIABLE: Final = "RINGWALL_QUOTAS_SOCKET"
REDIS_VARIABLE: Final = "RINGWALL_REDIS_URL"
TIMEOUT_VARIABLE: Final = "RINGWALL_REDIS_TIMEOUT"
"""Seconds."""
PREFIX_VARIABLE: Final = "RINGWALL_REDIS_PREFIX"


def serve() -> None:
    """Answer until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    url, socket = os.environ.get(REDIS_VARIABLE), Path(os.environ[SOCKET_VARIABLE])
    redis = None if url is None else RedisAddress.parse(url)
    told = state_file(socket)
    told.unlink(missing_ok=True)
    counting = Counting(
        prefix=os.environ.get(PREFIX_VARIABLE, "ringwall"),
        redis=redis,
        timeout=float(os.environ.get(TIMEOUT_VARIABLE, "0.05")),
        told=lambda trouble: keep_state(told, str(redis), trouble),
    )
    asyncio.run(_serve(counting, socket))


async def _serve(counting: Counting, socket: Path) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = await loop.create_unix_server(
        lambda: Connection(counting.asked), sock=listening_at(socket)
    )
    keeping = asyncio.create_task(counting.run())
    ending = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait((keeping, ending), return_when=asyncio.FIRST_COMPLETED)
    server.close()
    keeping.cancel()
    if keeping in done:
        keeping.result()  # it never ends by itself: what it says is why this process does


if __name__ == "__main__":
    serve()
