"""The voucher's process: ``python -m ringwall.ledger.vouching.process``."""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Final

from ringwall.core.clock import SystemClock
from ringwall.ledger.vouching.settings import Settings
from ringwall.ledger.vouching.variables import READY_VARIABLE, SETTINGS_VARIABLE
from ringwall.ledger.vouching.voucher import Voucher
from ringwall.runtime.announcing import announce

_PAUSE: Final = 1.0

_log = logging.getLogger(__name__)


def serve() -> None:
    """Vouch until SIGTERM: a turn that is under way is ended, and what waits is kept."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    voucher = Voucher(Settings.read(os.environ[SETTINGS_VARIABLE]), SystemClock())
    announce(Path(os.environ[READY_VARIABLE]))
    told = ""
    while True:
        try:
            voucher.turn()
            trouble = ""
        except (OSError, ValueError, LookupError) as error:
            trouble = str(error)
        if trouble and trouble != told:
            _log.error("nothing was vouched for: %s", trouble)
        told = trouble
        if ended.wait(_PAUSE):
            return


if __name__ == "__main__":
    serve()
