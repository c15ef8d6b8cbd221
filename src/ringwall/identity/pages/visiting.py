"""What protected hosts have below ``/.ringwall/``: the way in, the way out, who is here."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from ringwall.identity import held, sessions, visits
from ringwall.identity.installed import current_facts, current_mint
from ringwall.identity.models import Session


@require_GET
def take(request: HttpRequest) -> HttpResponse:
    """Begin the visit and go to the page."""
    code = request.GET.get("code", "")
    entered = visits.take_entry(
        code,
        state=request.COOKIES.get(visits.STATE_COOKIE, ""),
        authority=request.get_host(),
        facts=current_facts(),
        mint=current_mint(),
    )
    if entered is None:
        # Another tab was faster or the code is old: the page itself asks again if need be.
        target = visits.page_of(code, authority=request.get_host()) or "/"
    else:
        target = entered.target
    answer = HttpResponseRedirect(target)
    answer.status_code = 303
    if entered is not None:
        answer.set_cookie(
            visits.COOKIE,
            entered.cookie,
            max_age=entered.life,
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        form = _form_in(target)
        if form:
            answer.set_cookie(
                _FORM_COOKIE, form, max_age=300, secure=True, httponly=True, samesite="Lax"
            )
    _forget(answer, visits.STATE_COOKIE)
    return answer


_FORM_COOKIE: Final = "__Host-ringwall-form"
"""The form that this browser sent: whoever else has made one hold cannot have it sent from here."""
_FORM: Final = "/.ringwall/again?form="


def _form_in(target: str) -> str:
    """The secret of the held form that a page of our own is about to send; empty for others."""
    place, found, form = target.partition(_FORM)
    return form if found and place.count("/") == 2 else ""


@require_GET
def again(request: HttpRequest) -> HttpResponse:
    """Send the form again that was held while its sender signed in; scripts press the button."""
    form, own = request.GET.get("form", ""), request.COOKIES.get(_FORM_COOKIE, "")
    found = None
    if form and constant_time_compare(form, own) and _session(request) is not None:
        found = held.take(form, authority=request.get_host().lower())
    if found is None:
        return HttpResponseRedirect("/")
    target, pairs = found
    facts = current_facts()
    context = {"target": target, "pairs": pairs, "rw_assets": facts.origin}
    answer = render(request, "identity/again.html", context)
    answer.headers["Content-Security-Policy"] = _POLICY.format(assets=facts.origin)
    _forget(answer, _FORM_COOKIE)
    return answer


_POLICY: Final = (
    "default-src 'none'; style-src {assets}; script-src {assets}; img-src {assets}; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


@csrf_exempt
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session everywhere. Only a page of this very host may ask for it."""
    if request.headers.get("Origin") != f"https://{request.get_host()}":
        return HttpResponse("403 Forbidden\n", status=403, content_type="text/plain")
    session = _session(request)
    if session is not None:
        sessions.end(session, reason="signed out")
    answer = HttpResponseRedirect("/")
    answer.status_code = 303
    _forget(answer, visits.COOKIE)
    return answer


@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """Who is here, for pages with scripts: 200 with the facts, 401 for nobody."""
    found = _session(request)
    if found is None:
        return JsonResponse({"signed_in": False}, status=401)
    return JsonResponse(
        {
            "signed_in": True,
            "user": found.user.subject,
            "name": found.user.get_full_name(),
            "email": found.user.email,
            "strength": found.acr,
            "proven": found.proven.isoformat(),
            "expires": found.expires.isoformat(),
            "account": f"{current_facts().origin}/",
        }
    )


@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """For the edge only, which lets nobody else here: the next value of a host's cookie."""
    value = visits.renew(
        request.headers.get("X-Ringwall-Secret", ""),
        authority=request.get_host(),
        facts=current_facts(),
        mint=current_mint(),
        address=sessions.address_of(request),
    )
    if value is None:
        return HttpResponse("over\n", status=401, content_type="text/plain")
    answer = HttpResponse(value.cookie, content_type="text/plain")
    answer.headers["X-Ringwall-Life"] = str(value.life)
    return answer


def _session(request: HttpRequest) -> Session | None:
    """The living session of this host's cookie, which the edge leaves to these pages."""
    return visits.session_of(request.COOKIES.get(visits.COOKIE, ""), request.get_host())


def _forget(answer: HttpResponse, name: str) -> None:
    # Browsers take a __Host- cookie away only by one that is Secure, too.
    answer.set_cookie(name, "", max_age=0, secure=True, httponly=True, samesite="Lax")


urlpatterns: list[URLPattern | URLResolver] = [
    path("enter", take),
    path("again", again),
    path("sign-out", sign_out),
    path("session", session),
    path("renew", renew),
]
