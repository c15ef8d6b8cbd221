"""What people see of themselves: an overview, their sessions, whom they act for."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ringwall.access.actions import Action
from ringwall.identity import devices, membership, sessions, switching
from ringwall.identity.asking import require
from ringwall.identity.models import Session, User
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import own
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.vouching import shows

_FEW_CODES = 3
_ONE_FACTOR = {"pwd": "a password only", "fed": "single sign-on", "kba": "a recovery link"}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing about an account: whether it is well, what it means, where to mend it."""

    well: bool
    title: str
    text: str
    url: str
    action: str


def points(user: User) -> list[Point]:
    """What is safe about an account and what needs doing, the latter first."""
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    passkeys, app = kinds.count("webauthn"), "totp" in kinds
    factors = reverse("mfa_index")
    found = [_passkeys(passkeys), _second_step(user, passkeys=passkeys, app=app)]
    if passkeys or app:
        found.append(_codes(user))
    verified = EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()
    found.append(
        Point(
            verified,
            "Mail address confirmed" if verified else "Confirm your mail address",
            "Alerts reach you." if verified else "Alerts and links cannot reach you for sure.",
            reverse("account_email"),
            "" if verified else "Confirm",
        )
    )
    return sorted((one for one in found if one is not None), key=lambda one: one.well) or [
        Point(True, "All is well", "Nothing needs doing.", factors, "")
    ]


def _passkeys(count: int) -> Point:
    url = reverse("mfa_add_webauthn")
    if count > 1:
        return Point(True, f"{count} passkeys", "Losing one does not lock you out.", url, "")
    if count == 1:
        return Point(
            True, "A passkey", "A second one on another device is a good spare.", url, "Add one"
        )
    text = "It opens with your finger, face or PIN, and no false page can steal it."
    return Point(False, "Add a passkey", text, url, "Add")


def _second_step(user: User, *, passkeys: int, app: bool) -> Point | None:
    if not user.has_usable_password():
        return Point(
            True, "No password", "There is none that anybody could guess.", reverse("mfa_index"), ""
        )
    if passkeys or app:
        text = "A password alone does not sign anybody in."
        return Point(True, "Two steps after a password", text, reverse("mfa_index"), "")
    text = "Whoever learns your password is in. An authenticator app keeps them out."
    return Point(False, "Add a second step", text, reverse("mfa_activate_totp"), "Set up")


def _codes(user: User) -> Point:
    found = Authenticator.objects.filter(user=user, type="recovery_codes").first()
    left = len(found.wrap().get_unused_codes()) if found else 0
    url = reverse("mfa_generate_recovery_codes")
    if left >= _FEW_CODES:
        return Point(True, f"{left} recovery codes left", "For the day a device is lost.", url, "")
    title = "Make recovery codes" if left == 0 else f"Only {left} recovery codes left"
    return Point(False, title, "Without them a lost device can lock you out.", url, "Make")


@require_safe
@own(Action.ACCOUNT_SEE)
def overview(request: HttpRequest) -> HttpResponse:
    """Who somebody is here, what is safe and what needs doing."""
    session = sessions.signed_in(request)
    found = points(session.user)
    context = {
        "points": found,
        "to_do": sum(not one.well for one in found),
        "sessions": len(living(session)),
        "places": switching.places(session),
        "device": devices.in_words(session.user_agent),
        "strength": proven_by(session),
    }
    return render(request, "identity/overview.html", context)


@require_safe
@own(Action.SESSIONS_LIST)
def session_list(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in, this device first, then by last use."""
    mine = sessions.signed_in(request)
    rows = [_shown(one, mine) for one in living(mine)]
    rows.sort(key=lambda row: not row["own"])
    context = {"rows": rows, "others": len(rows) - 1}
    return render(request, "identity/sessions.html", context)


@require_POST
@own(Action.SESSIONS_LIST, Action.SESSIONS_END)
def end_session(request: HttpRequest, sid: str) -> HttpResponse:
    """End one of somebody's own sessions; those of others are as if they were not there.

    So are those that this one may not end.
    """
    mine = sessions.signed_in(request)
    found = next((one for one in living(mine) if one.pk == sid), None)
    if found is None:
        return refused(
            request,
            title="That session is over",
            text="It has ended already, so there is nothing left to do.",
            status=404,
        )
    require(mine.user, Action.SESSIONS_END, found)
    if found.pk == mine.pk:
        logout(request)
        return redirect("account_login")
    sessions.end(found, reason="ended by its owner")
    words = devices.in_words(found.user_agent)
    messages.success(request, f"Signed out: {words}. It can do nothing here any more.")
    return redirect("sessions")


@require_POST
@own(Action.SESSIONS_LIST, Action.SESSIONS_END)
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of somebody's sessions that this one may end, but this one."""
    mine = sessions.signed_in(request)
    for one in living(mine):
        require(mine.user, Action.SESSIONS_END, one)
    ended = sessions.end_others(mine, reason="ended by its owner")
    told = "One other device is signed out." if ended == 1 else f"{ended} devices are signed out."
    messages.success(request, told)
    return redirect("sessions")


@require_safe
@own(Action.ORGANISATIONS_LIST)
def organisation_list(request: HttpRequest) -> HttpResponse:
    """The organisations somebody belongs to, and which they act for."""
    places = switching.places(sessions.signed_in(request))
    return render(request, "identity/organisations.html", {"places": places})


@require_POST
@own(Action.ORGANISATIONS_LIST, Action.ORGANISATIONS_ACT_FOR)
def switch_organisation(request: HttpRequest) -> HttpResponse:
    """Act for another organisation."""
    session = sessions.signed_in(request)
    try:
        missing = membership.switch(
            session, request.POST.get("organisation", ""), address=sessions.address_of(request)
        )
    except LookupError:
        return refused(
            request,
            title="You are not a member there",
            text="Ask someone of that organisation to invite you, or choose one of your own.",
            status=403,
        )
    if missing is not None:
        return lead_on(request, session, missing, back=reverse("organisations"))
    acts_for = session.organisation
    messages.success(request, f"You act for {acts_for.name if acts_for else 'nobody'} now.")
    return redirect("organisations")


def living(own: Session) -> list[Session]:
    """A person's sessions that one of theirs may see, and that are not over; the last used first.

    Over by somebody or by the clock.
    """
    now = timezone.now()
    found = own.user.sessions.filter(ended=None).order_by("-last_use")
    return [one for one in found if not sessions.is_over(one, now) and shows(own, one)]


def proven_by(session: Session) -> str:
    """How whoever has a session has shown who they are, in words."""
    if session.acr == "phr":
        return "a passkey"
    if session.acr == "mfa":
        return "two factors"
    return next((_ONE_FACTOR[way] for way in session.amr if way in _ONE_FACTOR), "one factor")


def _shown(session: Session, own: Session) -> dict[str, Any]:
    return {
        "session": session,
        "own": session.pk == own.pk,
        "device": devices.in_words(session.user_agent),
        "phone": devices.is_phone(session.user_agent),
        "strength": proven_by(session),
        "weak": session.acr == "single",
    }


urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview, name="overview"),
    path("sessions", session_list, name="sessions"),
    path("sessions/others/end", end_others, name="end_other_sessions"),
    path("sessions/<str:sid>/end", end_session, name="end_session"),
    path("organisations", organisation_list, name="organisations"),
    path("organisations/switch", switch_organisation, name="switch_organisation"),
]
