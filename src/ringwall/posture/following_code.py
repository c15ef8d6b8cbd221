"""Read each code base of the section as often as it says, as long as the worker runs.

As accounts are (:mod:`~ringwall.posture.following`): each reading a process of its own, one at a
time. It needs no network, so accounts are not waited for.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from ringwall.posture.config import POSTURE, CodeBase, Posture
from ringwall.posture.following import read_apart
from ringwall.posture.scans import Scans
from ringwall.posture.schedule import is_due
from ringwall.posture.scope import scope_of
from ringwall.posture.scopes import Scopes
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.installation import Installation

_LOOKS_EVERY_S: Final = 30.0
_ANEW_S: Final = 600.0
_log = logging.getLogger(__name__)


def follow_code(installation: Installation, stop: threading.Event) -> None:
    """Read what is due, until ``stop``; what goes wrong is told, and tried again."""
    known: Mapping[str, CodeBase] = {}
    file, read = (0, 0), -_ANEW_S
    while not stop.wait(_LOOKS_EVERY_S):
        try:
            found = installation.config.stat()
            now = time.monotonic()
            if file != (found.st_mtime_ns, found.st_size) or now - read >= _ANEW_S:
                known = code_of(installation)
                file, read = (found.st_mtime_ns, found.st_size), now
            read_code_that_is_due(installation, stop, several=known)
        except (ConfigurationError, OSError) as error:
            _log.error("code is not read: %s", error)


def code_of(installation: Installation) -> Mapping[str, CodeBase]:
    """The code bases that are configured; ``ConfigurationError`` where that is refused."""
    return installation.load().one(Posture, POSTURE).code


def read_code_that_is_due(
    installation: Installation,
    stop: threading.Event,
    *,
    several: Mapping[str, CodeBase],
    now: Callable[[], datetime] | None = None,
) -> list[str]:
    """Read every code base whose time has come, one after the other; which of them."""
    clock = now or (lambda: datetime.now(UTC))
    scans, done = Scans(installation.state), []
    for name, one in several.items():
        if stop.is_set():
            break
        last = scans.all().get(scope_of(name))
        if not is_due(last, timedelta(seconds=one.every), clock()):
            continue
        if _is_read_now(installation, name):
            continue
        _log.info("code %s is read", name)
        why = read_apart(installation, ["declare", name], stop)
        if why is not None:
            _log.error("code %s was not read: %s", name, why)
            scans.failed(scope_of(name), why, at=clock())
        done.append(name)
    return done


def _is_read_now(installation: Installation, name: str) -> bool:
    """Whether somebody declares it by hand: when they are done it may be due no more."""
    try:
        with Scopes(installation.state).only_here(name):
            return False
    except BlockingIOError:
        return True
