"""Access for some time: ask for it, see what became of it, and answer what others ask."""

from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from ringwall.access.actions import Action
from ringwall.identity import admission, sessions, visits
from ringwall.identity.asking import may
from ringwall.identity.installed import current_facts
from ringwall.identity.models import (
    AccessRequest,
    Kind,
    Membership,
    Organisation,
    RequestState,
    Session,
    User,
)
from ringwall.identity.pages.guarded import own
from ringwall.identity.pages.managing import context, for_organisations, proven_at
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.pages.step_up import prove_again
from ringwall.identity.requesting import moves, rules, showing
from ringwall.identity.requesting.answering import answers_in, state_at, still_to_approve

_SHOWN: Final = 100
"""Requests on a page: so many that wait, that run, that gave something, and that did not."""
_ANSWERED: Final = 50
_LOOKED_AT: Final = 200
"""Requests that are looked at for those: of people who answer everywhere there may be many."""
_TIMES: Final = (
    (15, "15 minutes"),
    (30, "30 minutes"),
    (60, "an hour"),
    (2 * 60, "2 hours"),
    (4 * 60, "4 hours"),
    (8 * 60, "8 hours"),
    (24 * 60, "a day"),
    (3 * 24 * 60, "3 days"),
    (7 * 24 * 60, "a week"),
    (14 * 24 * 60, "2 weeks"),
    (30 * 24 * 60, "30 days"),
)
_OPEN: Final = (RequestState.WAITING, RequestState.GRANTED)


def times_up_to(longest: timedelta) -> list[tuple[str, str]]:
    """Lengths of time to choose from, in minutes, with the longest that there may be."""
    most = int(longest.total_seconds()) // 60
    found = [(str(minutes), text) for minutes, text in _TIMES if minutes <= most]
    if not found or int(found[-1][0]) < most:
        found.append((str(most), showing.in_words(most * 60)))
    return found


class Ask(forms.Form):
    """Which roles somebody wants, for how long, and why."""

    roles = forms.MultipleChoiceField(label="What you need", widget=forms.CheckboxSelectMultiple)
    minutes = forms.ChoiceField(label="For how long, from the approval on")
    reason = forms.CharField(
        label="Why",
        max_length=moves.MOST_LETTERS,
        help_text="Whoever approves it reads this, and whoever looks back on it.",
    )

    def __init__(self, member: Membership, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        possible = rules.requestable(member, current_facts())
        longest = timedelta(seconds=max((one.longest for one in possible.values()), default=0))
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (name, f"{name}, {showing.in_words(int(one.longest))} at most")
            for name, one in possible.items()
        ]
        self.fields["minutes"].choices = times_up_to(longest)  # type: ignore[attr-defined]


@own(Action.REQUESTS_LIST, Action.REQUESTS_MAKE, Action.REQUESTS_WITHDRAW, Action.REQUESTS_SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    """What somebody asked for, a form to ask for more, and what waits for their answer."""
    session = sessions.signed_in(request)
    member = _member(session)
    form = Ask(member) if member is not None and _may_ask(session.user, member) else None
    if request.method == "POST" and request.POST.get("action") == "withdraw":
        return _withdraw(request, session)
    if request.method == "POST" and member is not None and form is not None:
        found = admission.objection(
            session, member, address=sessions.address_of(request), now=timezone.now()
        )
        if found is not None:
            return lead_on(request, session, found, back=request.path)
        form = Ask(member, request.POST)
        if form.is_valid():
            error = _ask(session.user, member.organisation, form.cleaned_data)
            if error is None:
                messages.success(request, "Your request waits for somebody to approve it.")
                return HttpResponseRedirect(request.path)
            form.add_error(None, error)
    closed = _closed(request, session)
    told = {
        "form": form,
        "place": member.organisation if member else None,
        **_shown(request, showing.of_person(session.user).exclude(closed), session.user),
        "to_answer": _to_answer(session.user, closed),
    }
    return render(request, "identity/requests.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@for_organisations(
    Action.REQUESTS_SEE, Action.REQUESTS_APPROVE, Action.REQUESTS_DENY, Action.REQUESTS_END
)
def organisation_requests(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """What the people of an organisation ask for and have for some time; answer it on POST."""
    user = sessions.signed_in(request).user
    if request.method == "POST":
        try:
            messages.success(request, _answer(request, organisation, user))
        except moves.ProofError as error:
            messages.info(request, f"{str(error).capitalize()}.")
            return prove_again(request, user, factor="")
        return HttpResponseRedirect(request.path)
    shown = _shown(request, showing.in_organisation(organisation), user)
    found: list[showing.Shown] = shown["requests"]
    parts = {
        "waiting": [one for one in found if one.state == RequestState.WAITING],
        "granted": [one for one in found if one.state == RequestState.GRANTED],
        "past": [one for one in found if one.state not in _OPEN],
    }
    told = context(request, organisation, **shown, **parts, own=user)
    return render(request, "identity/organisation/requests.html", told)


def _answer(request: HttpRequest, organisation: Organisation, user: User) -> str:
    """Do what a form says; what to tell then."""
    found = _found(AccessRequest.objects.filter(organisation=organisation), request)
    note, name = request.POST.get("note", ""), found.user.get_full_name()
    match request.POST.get("action"):
        case "approve":
            done = moves.approve(
                found,
                by=user,
                lasts=_minutes(request.POST.get("minutes", "")),
                proven=proven_at(request, sessions.signed_in(request)),
            )
            if done.state == RequestState.GRANTED and done.ends is not None:
                return f"{name} has these roles until {done.ends:%d %B, %H:%M} UTC."
            return "You approved it. It takes somebody else too."
        case "deny":
            moves.deny(found, by=user, reason=note)
            return f"{name} is told that it was denied."
        case "end":
            moves.end(found, by=user, reason=note)
            return f"{name} has these roles no more."
    msg = "the form says neither to approve, to deny nor to end it"
    raise ValueError(msg)


def _withdraw(request: HttpRequest, session: Session) -> HttpResponse:
    try:
        own = AccessRequest.objects.filter(user=session.user)
        found = _found(own.exclude(_closed(request, session)), request)
        was = state_at(found, timezone.now())
        moves.withdraw(found, by=session.user)
    except (ValueError, LookupError, PermissionError) as error:
        messages.error(request, f"{str(error)[:1].upper()}{str(error)[1:]}.")
    else:
        gave = was == RequestState.GRANTED
        messages.success(request, f"You {'gave it back' if gave else 'took it back'}.")
    return HttpResponseRedirect(reverse("requests"))


def _ask(user: User, organisation: Organisation, said: dict[str, Any]) -> str | None:
    """Ask; what is wrong with it, if anything is."""
    try:
        moves.make(
            organisation,
            user,
            said["roles"],
            lasts=timedelta(minutes=int(said["minutes"])),
            reason=said["reason"],
            by=user,
        )
    except (ValueError, PermissionError) as error:
        return f"{str(error)[:1].upper()}{str(error)[1:]}."
    return None


def _found(rows: "QuerySet[AccessRequest]", request: HttpRequest) -> AccessRequest:
    """The request that a form names, if it is one of ``rows``; ``LookupError`` otherwise."""
    try:
        wanted = UUID(request.POST.get("request", ""))
    except ValueError:
        wanted = None
    found = rows.filter(pk=wanted).first() if wanted is not None else None
    if found is None:
        msg = "there is no such request"
        raise LookupError(msg)
    return found


def _minutes(text: str) -> timedelta | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        msg = "the time is a number of minutes"
        raise ValueError(msg)
    return timedelta(minutes=int(text))


def _may_ask(user: User, member: Membership) -> bool:
    """Whether there is something that somebody may ask for."""
    asked = AccessRequest(organisation=member.organisation, user=user)
    possible = rules.requestable(member, current_facts())
    return bool(possible) and may(user, Action.REQUESTS_MAKE, asked).allowed


def _shown(request: HttpRequest, rows: "QuerySet[AccessRequest]", user: User) -> dict[str, Any]:
    """What a page has: a stretch of what waits, runs and is over; the number of the older page.

    Each is counted apart, and what gave somebody something too: nothing that was only asked for
    pushes it away. What may be done is asked about what is shown: an organisation may have
    thousands.
    """
    now, page, over = timezone.now(), _page(request), rows.exclude(state__in=_OPEN)
    found: list[AccessRequest] = []
    is_more = False
    for kind in (
        *(rows.filter(state=one) for one in _OPEN),
        *(over.filter(granted__isnull=had_nothing) for had_nothing in (False, True)),
    ):
        some = kind[(page - 1) * _SHOWN : page * _SHOWN + 1]
        is_more = is_more or len(some) > _SHOWN
        found += some[:_SHOWN]
    found.sort(key=lambda one: one.created, reverse=True)
    shown = [_one(one, state_at(one, now), user) for one in found]
    return {"requests": shown, "older": page + 1 if is_more else None}


def _page(request: HttpRequest) -> int:
    """Which page is asked for, from 1 on; the first where that is unclear."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _one(one: AccessRequest, state: RequestState, user: User) -> showing.Shown:
    waits, runs = state == RequestState.WAITING, state == RequestState.GRANTED
    facts, asked = current_facts(), timedelta(seconds=one.lasts)
    return showing.Shown(
        one,
        state,
        showing.approved_by(one),
        needs=rules.approvals_of(one.roles, facts) if waits else 0,
        times=times_up_to(rules.longest_for(one.roles, asked, facts)) if waits else [],
        may_approve=waits and still_to_approve(user, one),
        may_deny=waits and may(user, Action.REQUESTS_DENY, one).allowed,
        may_end=runs and may(user, Action.REQUESTS_END, one).allowed,
    )


def _closed(request: HttpRequest, session: Session) -> Q:
    """Requests in organisations whose rules keep a session out.

    Where somebody is no member they answer for the company, or see what they asked for before.
    """
    address, now = sessions.address_of(request), timezone.now()
    members = list(
        Membership.objects.select_related("organisation").filter(user=session.user, active=True)
    )
    shut = [
        one.organisation
        for one in members
        if admission.objection(session, one, address=address, now=now) is not None
    ]
    closed = Q(organisation__in=shut)
    if session.vouched_by or any(one.kind == Kind.PROVIDER for one in shut):
        closed |= ~Q(organisation__in=[one.organisation_id for one in members])
    return closed


def _to_answer(user: User, closed: Q) -> list[AccessRequest]:
    """What waits the longest of what could be approved by somebody."""
    waiting = showing.everywhere().filter(
        state=RequestState.WAITING, answer_by__gt=timezone.now(), **answers_in(user)
    )
    rows = waiting.exclude(closed).exclude(user=user).order_by("created", "pk")[:_LOOKED_AT]
    return list(islice((one for one in rows if still_to_approve(user, one)), _ANSWERED))


def _member(session: Session) -> Membership | None:
    if session.organisation is None:
        return None
    return visits.membership(session, session.organisation.slug)


urlpatterns: list[URLPattern | URLResolver] = [
    path("requests", requests, name="requests"),
    path("organisations/<slug:slug>/requests", organisation_requests, name="organisation_requests"),
]
