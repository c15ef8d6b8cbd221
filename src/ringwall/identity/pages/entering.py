"""From the host of sign-in to a protected page and back."""

from typing import Final
from urllib.parse import unquote

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from ringwall.identity import sessions, visits
from ringwall.identity.admission import Objection, Reason
from ringwall.identity.installed import current_facts, current_mint
from ringwall.identity.models import Session
from ringwall.identity.pages.errors import refused
from ringwall.identity.strength import at_least

_TARGET: Final = "to="


@require_safe
def enter(request: HttpRequest) -> HttpResponse:
    """Where the edge sends browsers: sign in as the page asks, then go to that very page.

    ``state``, ``factor`` (``mfa`` or ``phr``) and ``within`` (seconds) come first; ``to`` comes
    last and is all the rest of the query as it stands, since it has a query of its own.
    """
    facts = current_facts()
    raw = request.META.get("QUERY_STRING", "")
    head, _, target = raw.partition(_TARGET)
    target = target if target.startswith("https://") else unquote(target)
    if not facts.protects(target):
        return refused(
            request,
            title="That link leads nowhere",
            text="The page it names is not one of ours. Go back to where you came from.",
        )
    asked = dict(part.split("=", 1) for part in head.split("&") if "=" in part)
    session: Session | None = getattr(request, "ringwall_session", None)
    if session is None:
        return _after(reverse("account_login"), request)
    if not _is_enough(session, asked):
        return _after(reverse("account_reauthenticate"), request)
    try:
        url = visits.open_entry(
            session,
            target=target,
            state=asked.get("state", ""),
            facts=facts,
            address=sessions.address_of(request),
        )
    except visits.EntryRefusedError as error:
        return _refused_entry(request, session, error.objection)
    except visits.NotAMemberError as error:
        return refused(
            request,
            title="You are not a member here",
            text=f"{request.user} does not belong to the organisation {error.slug}. "
            "Ask someone there to invite you, or sign in as somebody else.",
            status=403,
        )
    return HttpResponseRedirect(url)


def _refused_entry(request: HttpRequest, session: Session, objection: Objection) -> HttpResponse:
    """Lead on to what the organisation's rules ask for; say so where nothing can be done here."""
    organisation = objection.organisation
    if objection.reason is Reason.FACTOR:
        return _after(reverse("account_reauthenticate"), request)
    if objection.reason is Reason.OVER:
        sessions.end(session, reason=f"over for {organisation.slug}")
        logout(request)
        return _after(reverse("account_login"), request)
    if objection.reason is Reason.SIGN_ON:
        found = organisation.connections.filter(enabled=True).order_by("created").first()
        if found is not None:
            return _after(reverse("sign_on", args=[found.slug]), request)
    return refused(request, title="You cannot enter from here", text=objection.text, status=403)


def _is_enough(session: Session, asked: dict[str, str]) -> bool:
    factor, within = asked.get("factor", ""), asked.get("within", "")
    if factor and not at_least(session.acr, factor):
        return False
    age = (timezone.now() - session.proven).total_seconds()
    return not within.isdigit() or age <= int(within)


def _after(url: str, request: HttpRequest) -> HttpResponse:
    from urllib.parse import quote  # noqa: PLC0415

    return HttpResponseRedirect(f"{url}?next={quote(request.get_full_path(), safe='')}")


@require_GET
def take(request: HttpRequest) -> HttpResponse:
    """On a protected host: begin the visit and go to the page."""
    facts = current_facts()
    entered = visits.take_entry(
        request.GET.get("code", ""),
        state=request.COOKIES.get(visits.STATE_COOKIE, ""),
        authority=request.get_host(),
        facts=facts,
        mint=current_mint(),
    )
    if entered is None:
        # Another tab was faster, or the code is old: the page itself asks again if need be.
        answer = HttpResponseRedirect("/")
        answer.delete_cookie(visits.STATE_COOKIE)
        return answer
    answer = HttpResponseRedirect(entered.target)
    answer.status_code = 303
    answer.set_cookie(
        visits.COOKIE,
        entered.cookie,
        max_age=entered.life,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    answer.delete_cookie(visits.STATE_COOKIE)
    return answer


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


callback_patterns = [path("enter", take), path("renew", renew)]
