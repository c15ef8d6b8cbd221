"""Where the link of an invitation leads: say what is offered, and take it."""

from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.http import require_http_methods

from ringwall.access.actions import Action
from ringwall.identity import invitations, membership, sessions
from ringwall.identity.models import Invitation
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import guarded_by

_KEPT: Final = "ringwall_invitation"
"""Where a browser's session keeps the link while its person makes an account."""


@guarded_by(Action.INVITATIONS_TAKE)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation; join on POST, for whoever is signed in with the invited address."""
    found = invitations.look_up(secret)
    if found is None:
        return _gone(request)
    session = sessions.current(request)
    if session is None:
        request.session[_KEPT] = secret
        query = urlencode({"next": request.path})
        told = {
            "invitation": found,
            "login": f"{reverse('account_login')}?{query}",
            "signup": f"{reverse('account_signup')}?{query}",
        }
        return render(request, "identity/invitation.html", told)
    if not invitations.has_verified(session.user, found.email):
        return _not_yours(request, found)
    if request.method != "POST":
        return render(request, "identity/invitation.html", {"invitation": found})
    member = invitations.take(secret, session.user)
    if member is None:
        return _gone(request)
    request.session.pop(_KEPT, None)
    messages.success(request, f"You are a member of {member.organisation.name} now.")
    missing = membership.switch(session, member.organisation.slug)
    if missing is not None:
        messages.warning(request, missing.text)
    return HttpResponseRedirect(reverse("overview"))


def pending(request: HttpRequest) -> Invitation | None:
    """The invitation that a browser came with and that can still be taken."""
    secret = request.session.get(_KEPT)
    return invitations.look_up(secret) if isinstance(secret, str) else None


def _gone(request: HttpRequest) -> HttpResponse:
    return refused(
        request,
        title="This invitation cannot be used",
        text="It was used, withdrawn, or is older than a week. Ask for another.",
        status=410,
    )


def _not_yours(request: HttpRequest, found: Invitation) -> HttpResponse:
    return refused(
        request,
        title="This invitation is for somebody else",
        text=f"It is for {found.email}, and you are signed in as {request.user}. Sign out and open "
        "the link again, or add that address to your account and verify it.",
        status=403,
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("invitations/<str:secret>", invitation, name="invitation"),
]
