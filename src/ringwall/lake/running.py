"""One run of the collector: its turns in a thread, what it is asked over a socket, and its end."""

import asyncio
import logging
import signal
import threading
from pathlib import Path
from typing import Any

from ringwall.lake.asking import handlers
from ringwall.lake.settings import Settings
from ringwall.lake.work import Work
from ringwall.ledger.checkpointing import checkpoint
from ringwall.ledger.notary.client import NotaryClient
from ringwall.ledger.tree import Tree
from ringwall.runtime.processes.control import ControlServer

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> int:
    """Collect until SIGTERM; the code to exit with."""
    loop, told = asyncio.get_running_loop(), threading.Event()
    ended: asyncio.Future[None] = loop.create_future()
    ready = loop.create_future()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.set)
    notary = NotaryClient(Path(settings.notary))

    def sign(tree: Tree) -> None:
        checkpoint(tree, notary)

    def work() -> None:
        try:
            with Work(settings, sign) as one:
                loop.call_soon_threadsafe(ready.set_result, one)
                while not told.wait(one.turn()):
                    pass
        except BaseException as error:  # noqa: BLE001 - it ends the process, which says it
            loop.call_soon_threadsafe(_fail, ended, error)
        else:
            loop.call_soon_threadsafe(_finish, ended)

    thread = threading.Thread(target=work, name="collecting", daemon=True)
    thread.start()
    await asyncio.wait((ready, ended), return_when=asyncio.FIRST_COMPLETED)
    control = None
    if ready.done():
        control = ControlServer(handlers(ready.result()), complain=_log.error)
        await control.start(Path(settings.run) / "collector.sock")
    try:
        await ended
    except (OSError, RuntimeError, ValueError) as error:
        _log.error("%s", error)
        return 1
    finally:
        if control is not None:
            await control.close()
    return 0


def _fail(future: "asyncio.Future[Any]", error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _finish(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
