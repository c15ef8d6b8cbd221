"""The collector's process: ``python -m ringwall.lake.process``, started by the supervisor."""

import asyncio
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from ringwall.lake.asking import handlers
from ringwall.lake.places import Places
from ringwall.lake.settings import VARIABLE, Settings
from ringwall.lake.work import Work
from ringwall.ledger.checkpointing import checkpoint
from ringwall.ledger.notary.client import NotaryClient
from ringwall.ledger.tree import Tree
from ringwall.runtime.confined_python import DEVICES, usual_reads
from ringwall.runtime.confining import NotConfinedError, confine
from ringwall.runtime.private_files import private_folder
from ringwall.runtime.processes.control import ControlServer

_log = logging.getLogger(__name__)


def main() -> None:
    """Collect until SIGTERM; what was read by then is accepted."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    settings = Settings.read(os.environ[VARIABLE])
    _confine(Places(Path(settings.state), Path(settings.run)))
    sys.exit(asyncio.run(_serve(settings)))


def _confine(places: Places) -> None:
    """Leave it the log and the spools: no key that signs, no configuration, no tables of others."""
    spools = places.activity.parent.parent
    own = [private_folder(one) for one in (places.log, spools)]
    try:
        confine(reads=usual_reads(), writes=[*own, *DEVICES], listens=[places.run])
    except NotConfinedError as error:
        _log.warning("the collector could reach more than it needs: %s", error)


async def _serve(settings: Settings) -> int:
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


if __name__ == "__main__":
    main()
