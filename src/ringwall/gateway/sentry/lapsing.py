"""What the sentry told the edge lapses once it looks no more; the worker sees to it."""

import logging
import threading
import time
from pathlib import Path
from typing import Final

from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.opening import layout_of
from ringwall.gateway.sentry.keeping import NOW
from ringwall.gateway.sentry.telling import withdraw
from ringwall.runtime.installation import Installation

_EVERY_S: Final = 1.0
_LOOKS_NO_MORE_S: Final = 5.0
"""A picture this old is of a sentry that is gone or hangs: it draws one twice a second."""

_log = logging.getLogger(__name__)


def follow_sentry(installation: Installation, stop: threading.Event) -> None:
    """Take back what a sentry told that is gone or hangs; until ``stop``."""
    layout = layout_of(installation)
    while not stop.wait(_EVERY_S):
        try:
            if lapse(layout, time.time()):
                _log.error("the sentry looks no more; what it held back at the edge is let in")
        except OSError as error:
            _log.error("what the sentry told cannot be taken back: %s", error)


def lapse(layout: Layout, now: float) -> bool:
    """Have nothing shed if nobody has looked lately; whether anything was.

    ``now`` in seconds since 1970; a picture from later is of a clock that went back, and the next
    is drawn by that. ``OSError`` of the disk.
    """
    try:
        drawn = (layout.sentry / NOW).stat().st_mtime
    except FileNotFoundError:
        drawn = 0.0
    if now - drawn < _LOOKS_NO_MORE_S:
        return False
    return withdraw(Path(layout.xds(EDGE).path))
