"""What the worker follows without pause."""

import threading
from typing import Final

from django.apps import apps

from ringwall.runtime.installation import Installation


def revocations(installation: Installation, stop: threading.Event) -> None:
    """Tell the edge what is revoked, as soon as it is; until ``stop``."""
    if not apps.is_installed("ringwall.identity"):
        return
    from ringwall.gateway.revoking import follow_revocations  # noqa: PLC0415 - needs the tables

    follow_revocations(installation, stop)


def blocks(installation: Installation, stop: threading.Event) -> None:
    """Tell the edge who is blocked, as soon as somebody is; until ``stop``."""
    from ringwall.gateway.sources.blocking import follow_blocks  # noqa: PLC0415 - needs the tables

    follow_blocks(installation, stop)


def lists(installation: Installation, stop: threading.Event) -> None:
    """Have the edge go by lists as they are saved, and until they are over; until ``stop``."""
    from ringwall.gateway.sources.following import follow_lists  # noqa: PLC0415 - as the others

    follow_lists(installation, stop)


def sentry(installation: Installation, stop: threading.Event) -> None:
    """Take back what a sentry told the edge that is gone; until ``stop``."""
    from ringwall.gateway.sentry.lapsing import follow_sentry  # noqa: PLC0415 - as the others

    follow_sentry(installation, stop)


FOLLOWERS: Final = (revocations, blocks, lists, sentry)
