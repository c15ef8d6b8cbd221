"""The process itself: ``python -m ringwall.gateway.sentry.process``, started by the supervisor."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.admin import Admin
from ringwall.gateway.sentry.keeping import Keeping
from ringwall.gateway.sentry.looking import Connected, Looking, Reading
from ringwall.gateway.sentry.settings import SOCKET, VARIABLE, Settings
from ringwall.gateway.sentry.telling import Telling
from ringwall.gateway.sentry.watch import Watch
from ringwall.runtime.announcing import announce

_EVERY_S: Final = 0.25
_SPENDS: Final = 10
"""A turn rests for so many times the processor's time that it took: it is to cost little."""
_SOCKETS_EVERY: Final = 2
_PATIENCE_S: Final = 2.0

_log = logging.getLogger(__name__)


def main() -> None:
    """Watch until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    settings = Settings.read(os.environ[VARIABLE])
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    watch(settings, stop)


def watch(settings: Settings, stop: threading.Event) -> None:
    """Look four times a second until told to stop."""
    keeping = Keeping(Path(settings.folder), Path(settings.attacks))
    watching = Watch(settings, keeping, Telling(Path(settings.xds)), now=time.time())
    turns = _Turns(settings, watching)
    turns.turn()
    announce(Path(settings.folder) / SOCKET)
    while not stop.wait(turns.rest):
        turns.turn()
    watching.leave()


class _Turns:
    """What is done in each turn; what fails is told once, and tried again in the next."""

    def __init__(self, settings: Settings, watching: Watch) -> None:
        self._settings, self._watch = settings, watching
        self._looking = Looking(Admin(Path(settings.admin), _PATIENCE_S))
        self._turn = 0
        self._failed: set[str] = set()
        self.rest = _EVERY_S
        """Seconds until the next."""

    def turn(self) -> None:
        began, spent = time.monotonic(), time.process_time()
        reading: Reading | None = self._looking.read(began)
        if self._turn % _SOCKETS_EVERY == 0 and not self._settings.hops:
            self._watch.connected(self._tried("who is connected", self._connected))
        self._tried("what was seen", lambda: self._watch.turn(reading, time.time()))
        self._turn += 1
        spent = time.process_time() - spent
        self.rest = max(0.0, _EVERY_S - (time.monotonic() - began), spent * _SPENDS)

    def _connected(self) -> Connected:
        return Connected.to(self._settings.ports)

    def _tried(self, what: str, do: Any) -> Any:
        try:
            found = do()
        except OSError as error:
            if what not in self._failed:
                _log.error("%s cannot be told: %s", what, error)
            self._failed.add(what)
            return None
        self._failed.discard(what)
        return found


if __name__ == "__main__":
    main()
