"""A client sends a person to sign out here too (OpenID Connect RP-Initiated Logout 1.0)."""

from dataclasses import dataclass
from typing import Final

from allauth.account.internal.flows.logout import logout as sign_out
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ringwall.identity import sessions
from ringwall.identity.installed import current_facts
from ringwall.identity.models import ApiClient, Session
from ringwall.identity.pages.leaving import to
from ringwall.identity.provider import authentication, reading
from ringwall.identity.provider.redirects import is_registered, origin_of
from ringwall.identity.provider.requests import answered

_SALT: Final = "ringwall.identity.logout"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to happen: ``sid`` is the session that the client names, ``target`` may be empty."""

    client: ApiClient | None
    sid: str
    target: str


@csrf_exempt
@require_http_methods(["GET", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """End the session, after a question unless the client shows an ID token of this very session.

    The browser is sent on only to a URI that the client has registered for this.
    """
    session = sessions.current(request)
    fields = request.POST if request.method == "POST" else request.GET
    answer = str(fields.get("answer", ""))
    if request.method == "POST" and answer:
        return _answered(request, session, answer, str(fields.get("request", "")))
    asked = _read({name: str(value) for name, value in fields.items()})
    if session is None:
        return _done(request, asked.target)
    if asked.client is not None and asked.sid == session.pk:
        sign_out(request, show_message=False)
        return _done(request, asked.target)
    if asked.target:
        request.ringwall_form_targets = (origin_of(asked.target),)  # type: ignore[attr-defined]
    shown = {
        "client": asked.client and asked.client.client,
        "request_signed": signing.dumps(
            {"target": asked.target, "session": session.pk}, salt=_SALT
        ),
    }
    return render(request, "identity/provider_logout.html", shown)


def _answered(
    request: HttpRequest, session: Session | None, answer: str, signed: str
) -> HttpResponse:
    # Clients post here too, so the view as a whole is exempt; the person's answer is not.
    guard = CsrfViewMiddleware(lambda _: HttpResponse())
    refusal = guard.process_view(request, _answered, (), {})
    if refusal is not None:
        return refusal
    try:
        asked = signing.loads(signed, salt=_SALT, max_age=900)
    except signing.BadSignature:
        asked = {"target": "", "session": ""}
    if answer != "yes":
        return to("/")
    if session is not None and asked["session"] == session.pk:
        sign_out(request, show_message=False)
    return _done(request, asked["target"])


def _read(fields: dict[str, str]) -> Asked:
    """Believe only what is proven: a client by our own ID token or its id, a target by the client.

    What does not fit together is dropped, as section 4 of the standard has it.
    """
    facts, now = current_facts(), timezone.now()
    hint = fields.get("id_token_hint", "")
    claims = reading.hint(hint, facts=facts, now=now) if hint else None
    if hint and claims is None:
        return Asked(None, "", "")
    named = fields.get("client_id", "")
    audience = str(claims["aud"]) if claims else ""
    if audience and named and audience != named:
        return Asked(None, "", "")
    client = authentication.find(audience or named)
    if client is None:
        return Asked(None, "", "")
    target = fields.get("post_logout_redirect_uri", "")
    if not (target and is_registered(target, client.client.get_post_logout_redirect_uris())):
        target = ""
    if target:
        state = fields.get("state", "")
        target = answered(target, {"state": state}) if state else target
    return Asked(client, str(claims.get("sid", "")) if claims else "", target)


def _done(request: HttpRequest, target: str) -> HttpResponse:
    if target:
        return to(target)
    return render(request, "identity/provider_logged_out.html", {})
