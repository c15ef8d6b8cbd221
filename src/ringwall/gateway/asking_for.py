"""Somebody in ordinary circumstances: signed in just now, from this machine."""

from datetime import UTC, datetime

from ringwall.access.asking.askers import Asking
from ringwall.core.principals import Principal


def circumstances(principal: Principal) -> Asking:
    """One who asks now; what differs from request to request is unknown where it is asked for."""
    return Asking(principal=principal, now=int(datetime.now(UTC).timestamp()))
