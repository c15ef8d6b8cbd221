"""Pages that say what went wrong and what to do."""

from typing import Final

from allauth.account.utils import get_next_redirect_url
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

_SIGNING_IN: Final = ("account_login", "mfa_login_webauthn")


def refused(
    request: HttpRequest,
    *,
    title: str,
    text: str,
    status: int = 400,
    url: str = "",
    action: str = "",
) -> HttpResponse:
    """A page with one sentence about what went wrong and how to go on.

    ``action`` is what a button says that leads to ``url``, a page of ours.
    """
    context = {"title": title, "text": text, "url": url, "action": action}
    return render(request, "identity/refused.html", context, status=status)


def busy(request: HttpRequest) -> HttpResponse:
    """A page for when too many wait for the same; it goes by itself."""
    answer = refused(
        request,
        title="Single sign-on is busy",
        text="Many people sign on at this moment. Try again in a moment.",
        status=503,
    )
    answer.headers["Retry-After"] = "5"
    return answer


def not_anew(request: HttpRequest, name: str) -> HttpResponse:
    """A page for whom the sign-on of ``name`` did not ask again, and what serves instead."""
    return refused(
        request,
        title="Show a passkey or an app instead",
        text=f"The sign-on of {name} was told to ask you again, and does not say that it did: "
        "add a passkey or an app of your own, or show the one you have, and that counts.",
        status=403,
        url=reverse("mfa_index"),
        action="Passkeys and apps",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form did not come from our own page, or the page was too old.

    A page of sign-in is too old as soon as its browser has signed in on another tab.
    """
    del reason
    match = request.resolver_match
    if match and match.view_name in _SIGNING_IN and request.user.is_authenticated:
        return refused(
            request,
            title="You are signed in already",
            text="This page was open for too long: you have signed in since, on another page.",
            status=403,
            url=get_next_redirect_url(request) or "",
            action="Go on",
        )
    return refused(
        request,
        title="Please try again",
        text="This page was open for too long, or cookies are blocked. Go back, reload the page, "
        "and send it once more.",
        status=403,
    )
