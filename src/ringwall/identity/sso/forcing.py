"""Proving it once more at somebody else's provider: asked for, judged, and noted in the session.

Whom only a provider proves has nothing to show here again. So the provider is told to ask the
person anew (``prompt=login``, ``ForceAuthn``) and has to say when it did.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest

from ringwall.identity.models import User

_SINCE: Final = "forced_since"
_PROVEN: Final = "forced_sign_on"
_SKEW: Final = 60
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
    if isinstance(proven, bool) or not isinstance(proven, int | float) or math.isnan(proven):
        return False
    now = datetime.now(UTC).timestamp()
    return since - _SKEW <= proven <= now + _SKEW


def arrived(request: HttpRequest, user: User) -> None:
    """Tell that this very request proves ``user``: a refused one leaves the old session alone."""
    request.ringwall_arrived = user.pk  # type: ignore[attr-defined]


def has_arrived(request: HttpRequest) -> bool:
    """Whether somebody has come in by this very request."""
    who = getattr(request, "ringwall_arrived", None)
    return who is not None and request.user.pk == who


def note(request: HttpRequest, question: Mapping[str, Any], now: datetime) -> None:
    """Note, once somebody has come in by this request, that they were asked anew."""
    if since(question) is not None and has_arrived(request):
        request.session[_PROVEN] = int(now.timestamp())


def noted(request: HttpRequest) -> int | None:
    """When the provider of this session's person asked them anew, in seconds since 1970."""
    found = request.session.get(_PROVEN)
    return found if isinstance(found, int) else None
