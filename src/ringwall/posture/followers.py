"""What the worker does for posture without pause. Found by discovery."""

import threading
from typing import Final

from ringwall.runtime.installation import Installation


def accounts(installation: Installation, stop: threading.Event) -> None:
    """Read each account as often as the section says; until ``stop``."""
    from ringwall.posture.following import follow_accounts  # noqa: PLC0415 - only the worker does

    follow_accounts(installation, stop)


def events(installation: Installation, stop: threading.Event) -> None:
    """Have the changes of each account heard that has a queue for them; until ``stop``."""
    from ringwall.posture.hearing import follow_events  # noqa: PLC0415 - only the worker does

    follow_events(installation, stop)


def code(installation: Installation, stop: threading.Event) -> None:
    """Read each code base as often as the section says; until ``stop``."""
    from ringwall.posture.following_code import follow_code  # noqa: PLC0415 - only the worker does

    follow_code(installation, stop)


FOLLOWERS: Final = (accounts, code, events)
