"""What the worker does for posture without pause. Found by discovery."""

import threading
from typing import Final

from ringwall.runtime.installation import Installation


def accounts(installation: Installation, stop: threading.Event) -> None:
    """Read each account as often as the section says; until ``stop``."""
    from ringwall.posture.following import follow_accounts  # noqa: PLC0415 - only the worker does

    follow_accounts(installation, stop)


FOLLOWERS: Final = (accounts,)
