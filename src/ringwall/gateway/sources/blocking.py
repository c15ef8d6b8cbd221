"""Blocks on their way from the tables to the edge, which is to know them within a second."""

import logging
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import close_old_connections
from django.utils import timezone

from ringwall.gateway.envoy.denied import NOBODY
from ringwall.gateway.layout import Layout
from ringwall.gateway.opening import layout_of, open_gateway
from ringwall.gateway.sources import blocks, denials, door, filters
from ringwall.gateway.sources.told import is_damaged, tell, told_of
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.installation import Installation

_log = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 0.1
_LEAST_PAUSE_S: Final = 0.5
_NETWORKS_A_SECOND: Final = 70
_TELLS_AGAIN_AFTER: Final = timedelta(seconds=30)


def follow_blocks(installation: Installation, stop: threading.Event) -> None:
    """Tell the edge who is blocked as soon as it changes; until ``stop``.

    A denial ends by itself, whether a person or the sentry has said so, and whatever has become of
    the database or of the sentry.
    """
    layout = layout_of(installation)
    seen: object = None
    quick: object = None
    due, gone, free = timezone.now(), False, 0.0
    while not stop.wait(_LOOKS_EVERY_S):
        now, is_urgent = timezone.now(), False
        try:
            state = blocks.state()
            if state != seen:
                write_down(layout, now)
                filters.refresh(layout, now=now)
                seen, is_urgent = state, True
            gone = False
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would follow
            if not gone:
                _log.error("blocks cannot be followed, those that are known stay: %s", error)
            gone = True
            close_old_connections()
        changed = _changed(layout.run / denials.DENIED)
        is_due = now >= due or changed != quick
        if is_urgent or (is_due and time.monotonic() >= free):
            denied = NOBODY
            try:
                put_right(installation)
                denied = door.denied_now(layout, now=now)
                if door.refresh(layout, now=now):
                    free = time.monotonic() + pause_after(len(denied.networks))
            except Exception as error:  # noqa: BLE001 - as above
                _log.error("the edge cannot be told who is blocked: %s", error)
            again = now + _TELLS_AGAIN_AFTER
            due, quick = min(denied.next_end or again, again), changed


def pause_after(count: int) -> float:
    """Seconds until the edge may be told again of what the sentry denies, or of what is over.

    Envoy keeps what it was told for ten minutes, about 3 KB a network: so that is 130 MB at most.
    What people block is told at once.
    """
    return max(_LEAST_PAUSE_S, count / _NETWORKS_A_SECOND)


def put_right(installation: Installation) -> bool:
    """Write down anew whom nothing denies, where that file is damaged; whether it was.

    Without it the edge is told nothing: neither who is denied nor that it is over.
    """
    layout = layout_of(installation)
    if not is_damaged(layout.state):
        return False
    configuration = open_gateway(installation).in_force()
    if configuration is None:
        return False
    tell(layout.state, told_of(Wanted.of(configuration)))
    _log.error("what is never denied could not be read, and is written down anew")
    return True


def _changed(path: Path) -> int:
    """When a file was last replaced; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def publish(layout: Layout, now: datetime) -> bool:
    """Write down who is blocked, and tell the edge; whether it is something new to it."""
    write_down(layout, now)
    given = (door.refresh(layout, now=now), filters.refresh(layout, now=now))
    return any(given)


def write_down(layout: Layout, now: datetime) -> None:
    """Write down who is blocked at ``now``, and forget what was over long ago."""
    denials.write(layout.state / denials.BLOCKS, blocks.denials(now))
    denials.write(layout.state / filters.BLOCKED, blocks.others(now))
    blocks.forget_outdated(now)
