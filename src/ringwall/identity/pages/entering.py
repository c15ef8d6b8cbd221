"""The door of the host of sign-in: where the edge sends browsers that are to sign in."""

from typing import Final
from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ringwall.identity import held, sessions, visits
from ringwall.identity.installed import current_facts
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.pages.step_up import (
    after,
    is_asked_well,
    is_enough,
    leading_to,
    prove_again,
)

_TARGET: Final = "to="


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Where the edge sends browsers: sign in as the page asks, then go to that very page.

    ``state``, ``factor`` (``mfa`` or ``phr``) and ``within`` (seconds) come first; ``to`` comes
    last and is all the rest of the query as it stands, since it has a query of its own.
    """
    facts = current_facts()
    raw = request.META.get("QUERY_STRING", "")
    head, _, target = raw.partition(_TARGET)
    target = target if target.startswith("https://") else unquote(target)
    asked = dict(part.split("=", 1) for part in head.split("&") if "=" in part)
    factor, within = asked.get("factor", ""), asked.get("within", "")
    if not (facts.protects(target) and is_asked_well(factor=factor, within=within)):
        return refused(
            request,
            title="That link leads nowhere",
            text="The page it names is not one of ours. Go back to where you came from.",
        )
    if request.method == "POST":
        return _come_back(request, head=head, target=target)
    session = sessions.current(request)
    if session is None:
        return after(reverse("account_login"), request)
    if not is_enough(session, factor=factor, within=within):
        return prove_again(request, session.user, factor=factor)
    try:
        url = visits.open_entry(
            session,
            target=_again(target, asked["form"]) if asked.get("form") else target,
            state=asked.get("state", ""),
            facts=facts,
            address=sessions.address_of(request),
        )
    except visits.EntryRefusedError as error:
        return lead_on(request, session, error.objection, back=request.get_full_path())
    except visits.NotAMemberError as error:
        return refused(
            request,
            title="You are not a member here",
            text=f"{request.user} does not belong to the organisation {error.slug}. "
            "Ask someone there to invite you, or sign in as somebody else.",
            status=403,
            url=leading_to(reverse("account_logout"), request.get_full_path()),
            action="Sign out, to sign in as somebody else",
        )
    return HttpResponseRedirect(url)


def _come_back(request: HttpRequest, *, head: str, target: str) -> HttpResponse:
    """Keep what was sent, if it may be, and go on as for a page that was only looked at."""
    secret = held.hold(request, target)
    if secret is None:
        return refused(
            request,
            title="Please sign in and send it again",
            text="You were signed out before what you sent arrived, and it could not be kept. "
            "Go back, open the page anew, sign in, and send it once more.",
            status=401,
        )
    answer = HttpResponseRedirect(f"/enter?{head}form={secret}&{_TARGET}{target}")
    answer.status_code = 303
    return answer


def _again(target: str, form: str) -> str:
    """The page on the target's host that sends a held form there."""
    origin = "/".join(target.split("/", 3)[:3])
    return f"{origin}/.ringwall/again?form={quote(form, safe='')}"
