"""What is forgotten once it is over: what browsers left here, codes, forms that nobody came for."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session as BrowserSession

from ringwall.identity.held import KEPT_FOR
from ringwall.identity.models import EntryCode, HeldForm

STRANGERS_FOR: Final = timedelta(days=1)
"""So long is kept what a browser brought in which nobody is signed in, an invitation, say."""

_DAY: Final = timedelta(days=1)


def forget(now: datetime) -> int:
    """Delete what is over at ``now``; how many rows."""
    over = (
        BrowserSession.objects.filter(expire_date__lt=now),
        EntryCode.objects.filter(expires__lt=now - _DAY),
        HeldForm.objects.filter(created__lt=now - KEPT_FOR),
    )
    return sum(rows.delete()[0] for rows in over)
