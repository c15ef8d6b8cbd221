"""What nobody can use any more is forgotten, so that tables do not grow for ever."""

from datetime import datetime, timedelta
from typing import Any, Final

from allauth.idp.oidc.models import Token
from django.db.models import Q, QuerySet

from ringwall.identity.forgetting import delete_in_pieces
from ringwall.identity.models import DeviceCode, Grant, Participation, UsedAssertion

_KEPT: Final = timedelta(days=1)
"""How long ended grants are kept, for whoever looks for the reason."""


def forget(now: datetime) -> int:
    """Delete codes, devices, grants, notices and assertions that are over; how many."""
    # A code that was never used begins nothing. One that was used is kept as long as its tokens
    # may be used: shown again, it ends them.
    unused = Q(code_hash__isnull=False, code_used=None, code_expires__lt=now - _KEPT)
    over = Q(expires__lt=now - _KEPT) | Q(ended__lt=now - _KEPT)
    past = Q(session__ended__lt=now - 7 * _KEPT) | Q(session__expires__lt=now - 7 * _KEPT)
    found: tuple[QuerySet[Any], ...] = (
        DeviceCode.objects.filter(expires__lt=now - _KEPT),
        Grant.objects.filter(unused | over),
        Participation.objects.filter(past),
        UsedAssertion.objects.filter(expires__lt=now),
        Token.objects.expired(),
    )
    return sum(delete_in_pieces(rows) for rows in found)
