"""What is forgotten once it is over, and after how long, in small pieces.

What browsers left here, codes, and forms that nobody came for go at once. What people are shown
(sessions, invitations, links) is kept for :data:`SHOWN_FOR`, requests for access for
:data:`REQUESTS_FOR`, the rest for :data:`KEPT_FOR`. Sent
mail is :func:`ringwall.identity.sending.forget_sent`'s.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.models import Session as BrowserSession
from django.db.models import Exists, OuterRef, Q, QuerySet

from ringwall.identity import held
from ringwall.identity.models import (
    AccessRequest,
    EntryCode,
    HeldForm,
    Invitation,
    RecoveryLink,
    Session,
    Throttle,
    Visit,
)

STRANGERS_FOR: Final = timedelta(days=1)
"""So long is kept what a browser brought in which nobody is signed in, an invitation, say."""
SHOWN_FOR: Final = timedelta(days=90)
"""So long are kept sessions, invitations and links that are over: people look at them."""
REQUESTS_FOR: Final = timedelta(days=400)
"""So long are kept requests for access that are over: who judges a year looks back on them."""
KEPT_FOR: Final = timedelta(days=30)
"""So long is kept the rest: nobody looks at it."""

_DAY: Final = timedelta(days=1)
_PIECE: Final = 200
"""Rows that are deleted at once, with all that hangs on them: nobody else writes meanwhile."""
_AT_MOST: Final = 10_000
"""Rows of a kind that are deleted in one turn; the next turn goes on."""


def forget(now: datetime) -> int:
    """Delete what is of no use from the moment it is over; how many rows."""
    over: tuple[QuerySet[Any], ...] = (
        BrowserSession.objects.filter(expire_date__lt=now),
        EntryCode.objects.filter(expires__lt=now - _DAY),
        HeldForm.objects.filter(created__lt=now - held.KEPT_FOR),
    )
    return sum(delete_in_pieces(rows) for rows in over)


def forget_old(now: datetime) -> int:
    """Delete what has been over for so long that nobody asks for it; how many rows of these kinds.

    Each person's last session stays: whether a device is new is asked of it.
    """
    shown, kept = now - SHOWN_FOR, now - KEPT_FOR
    later = Session.objects.filter(user=OuterRef("user"), created__gt=OuterRef("created"))
    old: tuple[QuerySet[Any], ...] = (
        # Visits of sessions that go on tell when an organisation was used last.
        Visit.objects.filter(Q(session__ended__lt=kept) | Q(session__expires__lt=kept)),
        Session.objects.filter(Exists(later)).filter(Q(ended__lt=shown) | Q(expires__lt=shown)),
        RecoveryLink.objects.filter(Q(used__lt=shown) | Q(expires__lt=shown)),
        Invitation.objects.filter(
            Q(taken__lt=shown) | Q(withdrawn__lt=shown) | Q(expires__lt=shown)
        ),
        AccessRequest.objects.filter(closed__lt=now - REQUESTS_FOR),
        # Long since dry, of rules that there are no more too.
        Throttle.objects.filter(at__lt=kept),
    )
    return sum(delete_in_pieces(rows) for rows in old)


def delete_in_pieces(rows: QuerySet[Any]) -> int:
    """Delete rows piece by piece; how many, without what hangs on them."""
    done = 0
    while done < _AT_MOST:
        piece = list(rows.order_by("pk").values_list("pk", flat=True)[:_PIECE])
        rows.filter(pk__in=piece).delete()
        done += len(piece)
        if len(piece) < _PIECE:
            break
    return done
