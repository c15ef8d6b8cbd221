"""When somebody else's provider proved a person: what it says, what is asked for, what is noted.

A provider lets through whom it knows without asking anything, so that somebody comes in says
nothing of when they were proven: it says so itself (``auth_time``, ``AuthnInstant``), or nobody
knows. Whom only a provider proves has nothing to show here again. So it is told to ask the person
anew (``prompt=login``, ``ForceAuthn``) and has to say when it did.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest

from ringwall.identity.models import User

_SINCE: Final = "forced_since"
_PROVEN: Final = "forced_sign_on"
_AT: Final = "sign_on_at"
_UNKNOWN: Final = 0
SKEW: Final = 60
"""Seconds that the provider's clock may differ."""


def kept(now: datetime) -> dict[str, int]:
    """What the browser's session keeps of a question that asks for a new proof."""
    return {_SINCE: int(now.timestamp())}


def since(question: Mapping[str, Any]) -> int | None:
    """When a new proof was asked for, in seconds since 1970; ``None`` when it was not."""
    found = question.get(_SINCE)
    return found if isinstance(found, int) else None


def is_met(since: int, proven: object) -> bool:
    """Whether what the provider says (seconds since 1970) is a proof after the question.

    OpenID Connect Core section 3.1.2.1 has ``auth_time`` said when it was asked for; one that is
    missing is no proof.
    """
    at = moment(proven)
    return at is not None and since - SKEW <= at


def anew_at(question: Mapping[str, Any], proven: object, now: datetime) -> int | None:
    """When somebody was proven anew by our clock; ``None`` when that was not asked for.

    Not before the question, whatever the provider's clock says, and not when they came from it:
    they may have stayed away for long since. ``proven`` is what the provider says.
    """
    asked = since(question)
    if asked is None:
        return None
    return min(max(asked, moment(proven) or 0), int(now.timestamp()))


def moment(said: object) -> int | None:
    """When a provider says (seconds since 1970) that it proved somebody; ``None`` for no answer.

    What it says of a later time than now is an answer only as far as clocks differ.
    """
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        return None
    now = datetime.now(UTC).timestamp()
    return int(min(said, now)) if 0 < said <= now + SKEW else None


def arrived(request: HttpRequest, user: User, *, at: int | None) -> None:
    """Tell that this very request proves ``user``, and ``at`` which time, if it is known.

    A refused request leaves the old session alone.
    """
    request.ringwall_arrived = user.pk  # type: ignore[attr-defined]
    request.ringwall_arrived_at = at or _UNKNOWN  # type: ignore[attr-defined]


def proven_at(request: HttpRequest) -> int:
    """When the last sign-on in this browser was proven; 1970 when nobody knows."""
    found = getattr(request, "ringwall_arrived_at", None)
    found = request.session.get(_AT) if found is None else found
    return found if isinstance(found, int) else _UNKNOWN


def has_arrived(request: HttpRequest) -> bool:
    """Whether somebody has come in by this very request."""
    who = getattr(request, "ringwall_arrived", None)
    return who is not None and request.user.pk == who


def note(request: HttpRequest, question: Mapping[str, Any], now: datetime) -> None:
    """Note, once somebody has come in by this request, when they were proven, and if anew."""
    if not has_arrived(request):
        return
    request.session[_AT] = proven_at(request)
    at = anew_at(question, proven_at(request), now)
    if at is not None:
        request.session[_PROVEN] = at


def noted(request: HttpRequest) -> int | None:
    """When the provider of this session's person asked them anew, in seconds since 1970."""
    found = request.session.get(_PROVEN)
    return found if isinstance(found, int) else None
