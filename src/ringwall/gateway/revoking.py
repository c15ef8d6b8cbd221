"""Revocations on their way from the tables to the edge, which is to know them within a second."""

import logging
import threading
from datetime import datetime
from typing import Final

from django.db import close_old_connections
from django.utils import timezone

from ringwall.gateway.opening import open_gateway
from ringwall.identity import published, revocations
from ringwall.runtime.installation import Installation

_log = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 0.1
_FORGETS_EVERY_S: Final = 30.0


def follow_revocations(installation: Installation, stop: threading.Event) -> None:
    """Tell the edge what is revoked, as soon as it is; goes on through a database that is gone."""
    seen: object = None
    waited, gone = 0.0, False
    while not stop.wait(_LOOKS_EVERY_S):
        waited += _LOOKS_EVERY_S
        try:
            state = revocations.state()
            if state != seen or waited >= _FORGETS_EVERY_S:
                tell(installation)
                seen, waited = state, 0.0
            gone = False
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would follow
            if not gone:
                _log.error("revocations cannot be followed, what the edge knows stays: %s", error)
            gone = True
            close_old_connections()


def tell(installation: Installation) -> None:
    """Tell the edge what is revoked now, and forget what concerns no living token any more."""
    now = timezone.now()
    tell_only(installation, now)
    revocations.forget_outdated(now)


def tell_only(installation: Installation, now: datetime) -> None:
    """Tell the edge what is revoked at ``now``; the database is only read."""
    published.keep_revoked(installation.state, revocations.live(now), now)
    # Even if that is nothing new: the last one to tell the edge may not have come to it.
    open_gateway(installation).refresh_revoked()
