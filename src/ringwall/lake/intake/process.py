"""The process itself: ``python -m ringwall.lake.intake.process``, started by the supervisor.

All that it is told is in its environment (:mod:`ringwall.lake.intake.settings`).
"""

import asyncio
import logging
import os
import signal
import sys

from ringwall.lake.intake.running import Intake
from ringwall.lake.intake.settings import Settings


def serve() -> None:
    """Take what is sent until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    try:
        intake = Intake(Settings.read(os.environ))
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    asyncio.run(_serve(intake))


async def _serve(intake: Intake) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await intake.begin()
    ticking = asyncio.create_task(intake.run())
    ending = asyncio.create_task(stopped.wait())
    await asyncio.wait((ticking, ending), return_when=asyncio.FIRST_COMPLETED)
    await intake.end()
    if ticking.done():
        ticking.result()  # it never ends by itself: what it says is why this process does
    ticking.cancel()


if __name__ == "__main__":
    serve()
