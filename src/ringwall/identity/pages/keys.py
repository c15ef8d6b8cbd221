"""What people let programs do for them: applications, and API keys of their own."""

from datetime import timedelta
from itertools import islice
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from ringwall.access.actions import Action
from ringwall.identity import admission, apikeys, asking, effective, sessions, visits
from ringwall.identity.asking import require
from ringwall.identity.installed import current_facts, current_mint
from ringwall.identity.models import ApiKey, Consent, Grant, Membership, Session
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import own
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.pages.step_up import is_enough, leading_to, where_to_prove
from ringwall.identity.provider import grants, scopes
from ringwall.identity.vouching import shows, speaks_for

_LIVES: Final = [("30", "30 days"), ("90", "90 days"), ("180", "half a year"), ("365", "a year")]
_SHOWN: Final = 200
_FRESH: Final = "900"
"""Seconds within which somebody proved themselves who makes a key, which outlives the session."""


class NewKey(forms.Form):
    """A key of a person in the organisation they act for."""

    name = forms.CharField(max_length=100, label="What it is for")
    days = forms.ChoiceField(choices=_LIVES, initial="90", label="How long it holds")

    def __init__(self, *args: Any, roles: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if roles:
            self.fields["roles"] = forms.MultipleChoiceField(
                choices=[(role, role) for role in roles],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                label="What it may be",
                help_text="Give it no more roles than the program needs.",
            )


@own(Action.KEYS_LIST, Action.KEYS_MAKE)
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def keys(request: HttpRequest) -> HttpResponse:
    """A person's keys of where a session speaks for them, and a form for a new one."""
    session, now = sessions.signed_in(request), timezone.now()
    member = _member(session)
    roles = effective.roles(member.roles, member.organisation, current_facts()) if member else ()
    form = NewKey(request.POST or None, roles=list(roles))
    if request.method == "POST":
        if not is_enough(session, factor="", within=_FRESH):
            return _prove_first(request, session)
        objected = _objection(request, session, member)
        if objected is not None:
            return objected
        if form.is_valid():
            made = _make(session, member, form)
            if isinstance(made, apikeys.Made):
                return render(request, "identity/key_made.html", {"made": made})
            form.add_error(None, made)
    all_keys = apikeys.of_person(session.user)
    theirs = (key for key in all_keys if speaks_for(session, key.organisation))
    found = [(key, apikeys.state_of(key, now)) for key in islice(theirs, _SHOWN)]
    return render(request, "identity/keys.html", {"keys": found, "form": form})


@own(Action.KEYS_LIST, Action.KEYS_ROTATE)
@require_POST
def rotate_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """A key that may do the same; the old one holds for a week more."""
    session, now = sessions.signed_in(request), timezone.now()
    key = get_object_or_404(ApiKey, pk=key_id, owner=session.user)
    if not is_enough(session, factor="", within=_FRESH):
        return _prove_first(request, session)
    place = key.organisation
    member = None if place is None else visits.membership(session, place.slug)
    objected = _objection(request, session, member)
    if objected is not None:
        return objected
    try:
        made = apikeys.rotate(
            key,
            overlap=timedelta(days=7),
            life=min(key.expires - key.created, apikeys.LONGEST_LIFE),
            facts=current_facts(),
            mint=current_mint(),
            now=now,
            by=session.user,
        )
    except apikeys.KeyRefusedError as error:
        messages.error(request, f"The key was not rotated: {error}.")
        return HttpResponseRedirect(reverse("keys"))
    return render(request, "identity/key_made.html", {"made": made})


@own(Action.KEYS_LIST, Action.KEYS_WITHDRAW)
@require_POST
def withdraw_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """Refuse a key of one's own from now on."""
    session = sessions.signed_in(request)
    key = get_object_or_404(ApiKey, pk=key_id, owner=session.user)
    if not speaks_for(session, key.organisation):
        return _not_own(request)
    require(key.owner, Action.KEYS_WITHDRAW, key)
    apikeys.withdraw(key, reason="its owner withdrew it", now=timezone.now())
    messages.success(request, f"The key {key.name} is refused from now on.")
    return HttpResponseRedirect(reverse("keys"))


@own(Action.APPLICATIONS_LIST)
@require_http_methods(["GET"])
def applications(request: HttpRequest) -> HttpResponse:
    """The applications a person has let in, and those that are in now.

    What a person has let in counts everywhere: a session for which a customer vouches is shown only
    what is in by sessions of that customer.
    """
    session, now = sessions.signed_in(request), timezone.now()
    person = session.user
    living = Grant.objects.filter(user=person, ended=None, expires__gt=now, session__ended=None)
    living = living.exclude(code_hash__isnull=False, code_used=None)
    found: dict[str, dict[str, Any]] = {}
    consents = Consent.objects.none() if session.vouched_by else Consent.objects.filter(user=person)
    for given in consents.select_related("client"):
        found[given.client_id] = {"client": given.client, "scopes": set(given.scopes), "last": None}
    for grant in living.select_related("client", "session").order_by("last_use"):
        if not shows(session, grant.session):
            continue
        one = found.setdefault(
            str(grant.client_id), {"client": grant.client, "scopes": set(), "last": None}
        )
        one["scopes"] |= set(grant.scopes)
        one["last"] = grant.last_use
    shown = sorted(found.values(), key=lambda one: str(one["client"].name).lower())
    for one in shown:
        one["told"] = scopes.told(sorted(one["scopes"]))
    return render(request, "identity/applications.html", {"applications": shown})


@own(Action.APPLICATIONS_LIST, Action.APPLICATIONS_WITHDRAW)
@require_POST
def withdraw_application(request: HttpRequest, client_id: str) -> HttpResponse:
    """Take back what an application was allowed; it is out at once.

    Where a session shows only a part of that, only that part.
    """
    session, now = sessions.signed_in(request), timezone.now()
    person = session.user
    require(person, Action.APPLICATIONS_WITHDRAW, asking.consent(client_id, person))
    if not session.vouched_by:
        Consent.objects.filter(user=person, client=client_id).delete()
    living = Grant.objects.select_related("session").filter(user=person, client=client_id)
    for grant in living.filter(ended=None):
        if shows(session, grant.session):
            grants.end(grant, reason="the person took it back", now=now)
    asks = " here" if session.vouched_by else ". It asks again if you sign in to it"
    messages.success(request, f"The application is out{asks}.")
    return HttpResponseRedirect(reverse("applications"))


def _prove_first(request: HttpRequest, session: Session) -> HttpResponse:
    messages.info(request, "Prove that it is you, then do it once more.")
    proof = where_to_prove(session.user, factor="", session=session)
    return HttpResponseRedirect(leading_to(proof, reverse("keys")))


def _objection(
    request: HttpRequest, session: Session, member: Membership | None
) -> HttpResponse | None:
    """Lead to what the organisation asks of its members: a key acts there without being asked."""
    if member is None:
        return None if speaks_for(session, None) else _not_own(request)
    found = admission.objection(
        session, member, address=sessions.address_of(request), now=timezone.now()
    )
    if found is None:
        return None
    return lead_on(request, session, found, back=reverse("keys"))


def _not_own(request: HttpRequest) -> HttpResponse:
    return refused(
        request,
        title="Not from this sign-in",
        text="You came by an organisation's single sign-on, which counts for keys of that "
        "organisation only. Sign out, and sign in with your own password or passkey.",
        status=403,
    )


def _make(session: Session, member: Membership | None, form: NewKey) -> apikeys.Made | str:
    now = timezone.now()
    wanted = apikeys.Wanted(
        name=form.cleaned_data["name"],
        expires=now + timedelta(days=int(form.cleaned_data["days"])),
        owner=session.user,
        organisation=member.organisation if member else None,
        roles=form.cleaned_data.get("roles", []),
    )
    try:
        return apikeys.make(
            wanted, facts=current_facts(), mint=current_mint(), now=now, by=session.user
        )
    except apikeys.KeyRefusedError as error:
        return f"No key is made: {error}."


def _member(session: Session) -> Membership | None:
    if session.organisation is None:
        return None
    return (
        Membership.objects.select_related("organisation")
        .filter(user=session.user, organisation=session.organisation, active=True)
        .first()
    )


urlpatterns: list[URLPattern | URLResolver] = [
    path("keys", keys, name="keys"),
    path("keys/<str:key_id>/rotate", rotate_key, name="rotate_key"),
    path("keys/<str:key_id>/withdraw", withdraw_key, name="withdraw_key"),
    path("applications", applications, name="applications"),
    path(
        "applications/<str:client_id>/withdraw", withdraw_application, name="withdraw_application"
    ),
]
