"""What follows when an organisation's rules ask for more: the way to it, or why there is none."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ringwall.identity import sessions
from ringwall.identity.admission import Objection, Reason
from ringwall.identity.models import Session
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.step_up import where_to_prove
from ringwall.identity.vouching import own_kinds


def lead_on(
    request: HttpRequest, session: Session, objection: Objection, *, back: str
) -> HttpResponse:
    """Lead somebody to what is missing, and then ``back``, a path of this host."""
    organisation = objection.organisation
    if objection.reason is Reason.FACTOR:
        messages.warning(request, objection.text)
        proof = where_to_prove(session.user, factor=objection.factor or "mfa", session=session)
        return _after(proof, back)
    if objection.reason is Reason.OWN_PROOF and "webauthn" in own_kinds(session):
        messages.warning(request, objection.text)
        return _after(reverse("mfa_reauthenticate_webauthn"), back)
    if objection.reason is Reason.OVER:
        sessions.end(session, reason=f"over for {organisation.slug}")
        logout(request)
        return _after(reverse("account_login"), back)
    if objection.reason is Reason.SIGN_ON:
        found = organisation.connections.filter(enabled=True).order_by("created").first()
        if found is not None:
            return _after(reverse("sign_on", args=[found.slug]), back)
    return refused(request, title="You cannot enter from here", text=objection.text, status=403)


def sign_in_otherwise(request: HttpRequest, objection: Objection, *, back: str) -> HttpResponse:
    """What somebody gets whose sign-in their organisation's rules do not let count."""
    found = objection.organisation.connections.filter(enabled=True).order_by("created").first()
    if objection.reason is Reason.SIGN_ON and found is not None:
        messages.warning(request, objection.text)
        return _after(reverse("sign_on", args=[found.slug]), back)
    return refused(request, title="You cannot sign in from here", text=objection.text, status=403)


def _after(url: str, back: str) -> HttpResponse:
    return HttpResponseRedirect(f"{url}?{urlencode({'next': back})}")
