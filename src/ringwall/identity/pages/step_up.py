"""Proving it once more: the way that gives what a page asks for, of those the person has."""

import re
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ringwall.identity import sessions
from ringwall.identity.models import Session, User
from ringwall.identity.strength import LEVELS, SKEW_S, at_least
from ringwall.identity.vouching import kinds_in


def is_enough(session: Session, *, factor: str, within: str) -> bool:
    """Whether a session is as strong (``mfa``, ``phr`` or empty) and as fresh (seconds) as that."""
    if factor and not at_least(session.acr, factor):
        return False
    age = (timezone.now() - session.proven).total_seconds()
    # Proven in the future: a clock was set back, and who knows how long ago that was.
    return not within or -SKEW_S <= age <= int(within)


def is_asked_well(*, factor: str, within: str) -> bool:
    """Whether these are a factor and a time that the edge may ask for; anybody can write a link."""
    return factor in {"", *LEVELS} and re.fullmatch(r"[0-9]{0,9}", within) is not None


def prove_again(request: HttpRequest, user: User, *, factor: str) -> HttpResponse:
    """Lead to the page that proves what is asked for, and from there back to this one."""
    session = sessions.current(request)
    return after(where_to_prove(user, factor=factor, session=session), request)


def where_to_prove(user: User, *, factor: str, session: Session | None = None) -> str:
    """The page that proves what is asked for (``mfa``, ``phr`` or empty).

    Somebody who has no factor of that kind is led to make one first. Whom only a provider proves
    has nothing to show here and is led to it again, by what ``session`` came from.
    """
    found = Authenticator.objects.filter(user=user)
    kinds = set(found.values_list("type", flat=True)) if session is None else kinds_in(session)
    if Authenticator.Type.WEBAUTHN in kinds:
        return reverse("mfa_reauthenticate_webauthn")
    if factor == "phr":
        return reverse("mfa_add_webauthn")
    if Authenticator.Type.TOTP in kinds:
        return reverse("mfa_reauthenticate")
    if factor:
        return reverse("mfa_index")
    if session is not None and session.connection is not None:
        return f"{reverse('sign_on', args=[session.connection.slug])}?again=1"
    return reverse("account_reauthenticate")


def after(url: str, request: HttpRequest) -> HttpResponse:
    """A redirect to ``url``, which is to lead back here."""
    return HttpResponseRedirect(leading_to(url, request.get_full_path()))


def leading_to(url: str, back: str) -> str:
    """The page at ``url``, which leads to ``back`` once it is done."""
    return f"{url}{'&' if '?' in url else '?'}next={quote(back, safe='')}"
