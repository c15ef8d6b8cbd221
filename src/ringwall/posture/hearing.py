"""Have the changes of each account heard that has a queue, as long as the worker runs.

Each is listened to by a process of its own, which holds the account in memory; one that ends is
begun again, after a while.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from typing import Final

from ringwall.posture.config import AwsAccount
from ringwall.posture.following import Known
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.installation import Installation

_LOOKS_EVERY_S: Final = 15.0
_AGAIN_S: Final = 60.0
_ENDS_WITHIN_S: Final = 10.0
_log = logging.getLogger(__name__)


def follow_events(installation: Installation, stop: threading.Event) -> None:
    """Keep one process for each account with a queue, until ``stop``; then none is left."""
    known, listeners = Known(installation), Listeners(installation)
    try:
        while not stop.wait(_LOOKS_EVERY_S):
            try:
                listeners.fit(
                    {name: one for name, one in known.accounts().items() if one.events is not None}
                )
            except (ConfigurationError, OSError) as error:
                _log.error("changes of accounts may not be heard: %s", error)
    finally:
        listeners.fit({})


class Listeners:
    """The processes that listen, by what the section calls their account."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._running: dict[str, tuple[AwsAccount, subprocess.Popen[bytes]]] = {}
        self._began: dict[str, float] = {}

    def fit(self, wanted: dict[str, AwsAccount]) -> None:
        """End those of accounts that are gone or changed; begin those that are missing."""
        for name, (account, process) in list(self._running.items()):
            if process.poll() is not None:
                _log.error("nobody listens to account %s: it ended with %d", name, process.poll())
                del self._running[name]
            elif wanted.get(name) != account:
                _end(process)
                del self._running[name]
                self._began.pop(name, None)
        for name, account in wanted.items():
            began = self._began.get(name, -_AGAIN_S)
            if name not in self._running and time.monotonic() - began >= _AGAIN_S:
                self._began[name] = time.monotonic()
                self._running[name] = account, self._begin(name)

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "ringwall", "posture", "listen", name],
            env={**os.environ, **self._installation.environment()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
