"""The page that leads to the factor that is missing, and on to what was wanted.

Besides what is asked of a person anyway, a page may want more: ``?factor=mfa|phr&next=/path``.
"""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ringwall.access.actions import Action
from ringwall.identity import enrolment, sessions
from ringwall.identity.enrolment import Step
from ringwall.identity.pages.guarded import own
from ringwall.identity.strength import LEVELS
from ringwall.identity.vouching import kinds_in


@require_safe
@never_cache
@own(Action.ACCOUNT_SEE)
def enrol(request: HttpRequest) -> HttpResponse:
    """Say what is missing and why; show what is there; go on when all is well."""
    session = sessions.signed_in(request)
    wanted, after = request.GET.get("factor", LEVELS[0]), request.GET.get("next", "")
    step = enrolment.missing(request, session, wanted=wanted if wanted in LEVELS else LEVELS[-1])
    if _is_own(after, request):
        request.session[enrolment.NEXT] = after
    if step is None:
        return HttpResponseRedirect(request.session.pop(enrolment.NEXT, "/"))
    if step in {Step.SHOW_FACTOR, Step.SHOW_PASSKEY}:
        kinds = kinds_in(session)
        by_passkey = step is Step.SHOW_PASSKEY or "webauthn" in kinds
        page = "mfa_reauthenticate_webauthn" if by_passkey else "mfa_reauthenticate"
        back = quote(request.get_full_path(), safe="")
        return HttpResponseRedirect(f"{reverse(page)}?next={back}")
    context = {
        "recovering": enrolment.is_recovering(request),
        "only_passkey": step is Step.ADD_PASSKEY,
        "asking": enrolment.demand_on(session.user).by or "The page you want",
        "has_app": "totp" in kinds_in(session),
    }
    return render(request, "identity/enrol.html", context)


def _is_own(url: str, request: HttpRequest) -> bool:
    """Whether a page to go on to is one of this host."""
    own = {request.get_host()}
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, own, require_https=True)


urlpatterns: list[URLPattern] = [path("", enrol, name="enrol")]
