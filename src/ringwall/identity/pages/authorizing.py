"""A client asks a person: sign in, prove it again if need be, consent, go back with a code."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from ringwall.access.actions import Action
from ringwall.identity import admission, sessions, slowing, visits
from ringwall.identity.enrolment import missing
from ringwall.identity.installed import current_facts
from ringwall.identity.models import ApiClient, Consent, DeviceCode, Organisation, Session
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import own_if_signed_in
from ringwall.identity.pages.leaving import to
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.pages.step_up import after, prove_again
from ringwall.identity.provider import deciding, devices, grants, markers, requests, scopes
from ringwall.identity.provider.deciding import Refusal, Situation, Step
from ringwall.identity.provider.markers import Marker
from ringwall.identity.provider.redirects import origin_of
from ringwall.identity.provider.requests import Authorization, BadRequestError, RefusedError
from ringwall.identity.strength import LEVELS

_SALT: Final = "ringwall.identity.authorize"
_STRANGER: Final = Refusal("access_denied", "The person does not belong to the organisation.")


class StrangerError(Exception):
    """The client is of an organisation that the person does not belong to."""


@csrf_exempt
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section 3.1.2)."""
    if request.method == "POST":
        # Nothing happens here by a form of somebody else's: it becomes a plain visit.
        fields = [(name, str(one)) for name, some in request.POST.lists() for one in some]
        return to(f"{reverse('authorize')}?{urlencode(fields)}"[: requests.LONGEST])
    query = request.META.get("QUERY_STRING", "")
    facts, now = current_facts(), timezone.now()
    session = sessions.current(request)
    marker = markers.marker_of(request, query, of=session, now=now)
    try:
        wanted = requests.read(query, facts=facts, now=now)
    except BadRequestError as error:
        return _unusable(request, str(error))
    except RefusedError as error:
        return to(error.target)
    step = deciding.next_step(wanted.asked, _situation(wanted, session, marker, now))
    if isinstance(step, Refusal):
        return _away(request, _told(wanted, step), came_back=marker.asked is not None)
    if step is Step.SIGN_IN or session is None:
        if marker.asked is None and wanted.asked.is_about_time:
            slowing.require_marking_room(request)
            return _marked(request, query, Marker(asked=now), session)
        if markers.PARAMETER not in request.GET:
            # Nothing to keep: strangers who only come by cost no row.
            return to(f"{reverse('authorize')}?{markers.bare(query)}&{markers.PARAMETER}=")
        return after(reverse("account_login"), request)
    if step is Step.PROVE_AGAIN:
        if marker.tried is None:
            return _marked(request, query, Marker(marker.asked or now, tried=now), session)
        return prove_again(request, session.user, factor=_factor(session, wanted.asked.acr))
    return _with_organisation(request, wanted, session, step, now)


def _with_organisation(
    request: HttpRequest, wanted: Authorization, session: Session, step: Step, now: datetime
) -> HttpResponse:
    came_back = markers.PARAMETER in request.GET
    if wanted.asked.is_silent and missing(request, session) is not None:
        refusal = Refusal("interaction_required", "The person has to add a way to sign in.")
        return _away(request, _told(wanted, refusal), came_back=came_back)
    try:
        organisation = _organisation(request, wanted.client, session, now)
    except StrangerError:
        return _away(request, _told(wanted, _STRANGER), came_back=came_back)
    except visits.EntryRefusedError as error:
        if wanted.asked.is_silent:
            refusal = Refusal("interaction_required", error.objection.text)
            return _away(request, _told(wanted, refusal), came_back=came_back)
        return lead_on(request, session, error.objection, back=request.get_full_path())
    if step is Step.CONSENT:
        return _ask(request, wanted, session)
    markers.spend(request, request.GET.get(markers.PARAMETER, ""))
    return _grant(request, wanted, session, organisation, came_back=came_back)


@own_if_signed_in(Action.ACCOUNT_CHANGE)
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """The person's answer. It is for the session and the request that were asked."""
    session = sessions.current(request)
    try:
        asked: dict[str, Any] = signing.loads(
            request.POST.get("request", ""), salt=_SALT, max_age=markers.LIFE
        )
    except signing.BadSignature:
        return _unusable(request, "The question was open for too long.")
    if session is None or asked["session"] != session.pk:
        return _unusable(request, "Somebody else has signed in meanwhile.")
    facts, now = current_facts(), timezone.now()
    try:
        wanted = requests.read(asked["query"], facts=facts, now=now)
    except BadRequestError as error:
        return _unusable(request, str(error))
    except RefusedError as error:
        return to(error.target)
    if request.POST.get("action") != "allow":
        return to(_told(wanted, Refusal("access_denied", "The person said no.")))
    # A proof that one code was given for is none for another, and it may be too old by now.
    marker = markers.marker_of(request, asked["query"], of=session, now=now)
    step = deciding.next_step(wanted.asked, _situation(wanted, session, marker, now))
    if step not in {Step.CONSENT, Step.GRANT}:
        return to(f"{reverse('authorize')}?{markers.bare(asked['query'])}")
    try:
        organisation = _organisation(request, wanted.client, session, now)
    except (StrangerError, visits.EntryRefusedError):
        return to(f"{reverse('authorize')}?{asked['query']}")
    given, _ = Consent.objects.get_or_create(user=session.user, client=wanted.client.client)
    given.scopes = sorted({*given.scopes, *wanted.scopes})
    given.given = now
    given.save()
    for name in parse_qs(asked["query"]).get(markers.PARAMETER, ()):
        markers.spend(request, name)
    return _grant(request, wanted, session, organisation, came_back=False)


@own_if_signed_in(Action.ACCOUNT_CHANGE)
@require_http_methods(["GET", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Where a person types the code that a device shows, and lets it in or not (RFC 8628)."""
    session, now = sessions.current(request), timezone.now()
    if session is None:
        return after(reverse("account_login"), request)
    fields = request.POST if request.method == "POST" else request.GET
    typed = str(fields.get("code", ""))
    if not typed:
        return render(request, "identity/device.html", {})
    found = devices.waiting(typed, now=now)
    if found is None:
        return _device_again(request, "No device waits under this code. Is it as shown there?")
    if request.method != "POST":
        shown = {"client": found.client, "code": typed, "scopes": scopes.told(found.scopes)}
        return render(request, "identity/device_confirm.html", shown)
    return _decide(request, found, session, now)


def _decide(
    request: HttpRequest, found: DeviceCode, session: Session, now: datetime
) -> HttpResponse:
    is_let_in = request.POST.get("action") == "allow"
    try:
        _organisation(request, found.client.ringwall, session, now)
    except (StrangerError, visits.EntryRefusedError):
        is_let_in = False
    devices.decide(found, session if is_let_in else None, now=now)
    return render(request, "identity/device_done.html", {"is_let_in": is_let_in})


def _device_again(request: HttpRequest, text: str) -> HttpResponse:
    return render(request, "identity/device.html", {"problem": text}, status=400)


def _situation(
    wanted: Authorization, session: Session | None, marker: Marker, now: datetime
) -> Situation:
    if session is None:
        return Situation(now=now)
    given = Consent.objects.filter(user=session.user, client=wanted.client.client).first()
    return Situation(
        acr=session.acr,
        proven=session.proven,
        asked_at=marker.asked,
        tried_at=marker.tried,
        is_hinted=wanted.hinted is None or wanted.hinted == session.user.subject,
        has_consented=wanted.client.first_party
        or (given is not None and deciding.covers(given.scopes, wanted.scopes)),
        now=now,
    )


def _grant(
    request: HttpRequest,
    wanted: Authorization,
    session: Session,
    organisation: Organisation | None,
    *,
    came_back: bool,
) -> HttpResponse:
    code = grants.open_with_code(
        grants.Wanted(
            client=wanted.client,
            session=session,
            organisation=organisation,
            scopes=wanted.scopes,
            audiences=wanted.audiences,
            nonce=wanted.nonce,
            redirect_uri=wanted.redirect_uri,
            challenge=wanted.challenge,
        ),
        now=timezone.now(),
    )
    target = wanted.answer({"code": code}, facts=current_facts())
    return _away(request, target, came_back=came_back)


def _organisation(
    request: HttpRequest, client: ApiClient, session: Session, now: datetime
) -> Organisation | None:
    """For whom the person acts: the client's organisation, else the session's.

    :class:`StrangerError` or ``EntryRefusedError`` when that cannot be.
    """
    address, facts = sessions.address_of(request), current_facts()
    if client.organisation is None:
        try:
            return visits.organisation_for(session, facts.authority, facts, address=address)
        except visits.NotAMemberError as error:
            raise StrangerError from error
    member = visits.membership(session, client.organisation.slug)
    if member is None:
        raise StrangerError
    refused_by = admission.objection(session, member, address=address, now=now)
    if refused_by is not None:
        raise visits.EntryRefusedError(refused_by)
    return member.organisation


def _ask(request: HttpRequest, wanted: Authorization, session: Session) -> HttpResponse:
    # A browser holds the redirect after our form to form-action as well.
    request.ringwall_form_targets = (origin_of(wanted.redirect_uri),)  # type: ignore[attr-defined]
    query = request.META.get("QUERY_STRING", "")
    signed = signing.dumps({"query": query, "session": session.pk}, salt=_SALT)
    shown = {
        "client": wanted.client.client,
        "target": origin_of(wanted.redirect_uri),
        "scopes": scopes.told(wanted.scopes),
        "request_signed": signed,
    }
    return render(request, "identity/consent.html", shown)


def _told(wanted: Authorization, refusal: Refusal) -> str:
    told = {"error": refusal.error, "error_description": refusal.why}
    return wanted.answer(told, facts=current_facts())


def _factor(session: Session, wanted: str | None) -> str:
    """What is to be proven again: as strongly as is wanted, and as before."""
    level = max(session.acr, wanted or session.acr, key=LEVELS.index)
    return "" if level == "single" else level


def _marked(
    request: HttpRequest, query: str, marker: Marker, session: Session | None
) -> HttpResponse:
    """The same request with a marker: pages of sign-in lead back to that."""
    marked = markers.mark(request, query, marker, of=session, now=timezone.now())
    return to(f"{reverse('authorize')}?{marked}")


def _away(request: HttpRequest, target: str, *, came_back: bool) -> HttpResponse:
    """Send the browser to the client.

    After a form of sign-in the redirect would still count as the form's, whose policy does not
    know the client: a page of our own leads on then, which works without a script.
    """
    if not came_back:
        return to(target)
    return render(request, "identity/going.html", {"target": target})


def _unusable(request: HttpRequest, text: str) -> HttpResponse:
    return refused(
        request,
        title="This request cannot be answered",
        text=f"{text} Go back to the application and try again; if it happens again, tell "
        "whoever runs it.",
    )
