"""Who sees the pages of an organisation: those who may, as its own rules let them in."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import HANDS_OUT, Action
from ringwall.access.built_in import ADMINISTRATOR
from ringwall.access.guarding import Decision
from ringwall.identity import asking, lent, sessions, vouching
from ringwall.identity.admission import objection
from ringwall.identity.authority import may_manage
from ringwall.identity.models import Kind, Membership, Organisation, Session, User
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import guarded_by
from ringwall.identity.pages.objecting import lead_on
from ringwall.identity.pages.step_up import prove_again
from ringwall.identity.sso import forcing
from ringwall.identity.strength import SKEW_S

View = Callable[..., HttpResponse]

_FRESH: Final = 900
"""Seconds."""
_OWN: Final = frozenset({"totp", "webauthn", "recovery_codes"})
"""Kinds of factors that somebody shows here, whoever else proves them."""

TABS: Final = (
    ("Members", "organisation"),
    ("Invitations", "organisation_invitations"),
    ("Requests", "organisation_requests"),
    ("Rules", "organisation_rules"),
    ("Single sign-on", "organisation_sign_on"),
    ("Provisioning", "organisation_provisioning"),
)


def for_organisations(sees: Action, *changes: Action) -> Callable[[View], View]:
    """Let in who ``sees`` the organisation that the path names; the view gets the organisation.

    To all others it says the same, whether there is one of that name or not. ``changes`` are what
    its forms do, each asked by what does it. What the view cannot do (``ValueError``,
    ``LookupError``, ``PermissionError`` with a sentence) is told on the page.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @guarded_by(sees, *changes)
        @login_required
        def guarded(request: HttpRequest, slug: str, **more: Any) -> HttpResponse:
            session = sessions.signed_in(request)
            organisation = Organisation.objects.filter(slug=slug).first()
            if organisation is None:
                return _not_yours(request, secrets.token_hex(4))
            decision = asking.may(session.user, sees, organisation)
            member = _acting_as(session.user, organisation)
            if not decision.allowed or member is None:
                guarding.note(decision)
                asking.log.warning("%s", decision)
                return _not_yours(request, decision.reference or secrets.token_hex(4))
            missing = objection(
                session, member, address=sessions.address_of(request), now=timezone.now()
            )
            if missing is not None:
                return lead_on(request, session, missing, back=request.path)
            try:
                return view(request, organisation, **more)
            except (ValueError, LookupError, PermissionError) as error:
                is_bug = isinstance(error, KeyError | IndexError | UnicodeError)
                if request.method != "POST" or is_bug:
                    raise
                messages.error(request, sentence(error))
                return HttpResponseRedirect(request.path)

        return guarded

    return guard


def door(*actions: Action) -> Callable[[View], View]:
    """Let change only who may do all of ``actions`` and has shown a factor lately.

    What follows lets others in, as anybody. For views of :func:`for_organisations`, whose forms are
    shown to nobody else.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, organisation: Organisation, **more: Any) -> HttpResponse:
            session = sessions.signed_in(request)
            decisions = [_asked(session.user, one, organisation) for one in actions]
            denied = next((one for one in decisions if not one.allowed), None)
            if denied is not None:
                if request.method in {"GET", "HEAD"}:
                    return view(request, organisation, **more)
                guarding.note(denied)
                asking.log.warning("%s", denied)
                return refused(
                    request,
                    title="Not yours to change",
                    text=f"Whoever connects a provider or a directory to {organisation.name} can "
                    "come in as any of its people: owners do it, and for a customer's organisation "
                    f"its own administrators. Ask one of them. (Reference {denied.reference}.)",
                    status=403,
                )
            if not _is_proven_lately(request, session):
                return prove_again(request, session.user, factor="")
            return view(request, organisation, **more)

        return guarded

    return guard


def context(request: HttpRequest, organisation: Organisation, **more: Any) -> dict[str, Any]:
    """What every page of an organisation shows; ``changes`` says whether its forms are shown."""
    user = sessions.signed_in(request).user
    more.setdefault("changes", may_manage(user, organisation))
    tabs = [
        {"label": label, "url": reverse(name, args=[organisation.slug])} for label, name in TABS
    ]
    for tab in tabs:
        tab["current"] = "page" if tab["url"] == request.path else ""
    return {"organisation": organisation, "tabs": tabs, **more}


def _acting_as(user: User, organisation: Organisation) -> Membership | None:
    """The membership that lets somebody manage, there or at the company: its rules hold."""
    found = Membership.objects.select_related("organisation").filter(user=user, active=True)
    own = found.filter(organisation=organisation).first()
    customers = organisation.kind == Kind.CUSTOMER and organisation.suspended is None
    if own is not None and customers and ADMINISTRATOR in lent.held(own):
        return own
    return found.filter(organisation__kind=Kind.PROVIDER, organisation__suspended=None).first()


def _asked(user: User, action: Action, organisation: Organisation) -> Decision:
    if action in HANDS_OUT:
        return asking.may(user, action, organisation, roles=())
    return asking.may(user, action, organisation)


def proven_at(request: HttpRequest, session: Session) -> datetime | None:
    """When somebody has shown last who they are here, or their provider has asked them anew.

    That a provider let them through once more is not enough: it may have asked nothing.
    """
    if session.connection is None and "fed" not in session.amr:
        return session.proven
    latest = timezone.now().timestamp() + SKEW_S
    found = max((at for at in _shown_at(request, session) if at <= latest), default=0)
    return datetime.fromtimestamp(found, UTC) if found else None


def _is_proven_lately(request: HttpRequest, session: Session) -> bool:
    at = proven_at(request, session)
    return at is not None and -SKEW_S <= (timezone.now() - at).total_seconds() <= _FRESH


def _shown_at(request: HttpRequest, session: Session) -> list[float]:
    """When a factor was shown here, or asked for anew by a provider; seconds since 1970."""
    times = [
        one.get("at", 0.0)
        for one in vouching.counted(sessions.records_of(request, session.user))
        if one.get("type") in _OWN
    ]
    return [*times, forcing.noted(request) or 0]


def _not_yours(request: HttpRequest, reference: str) -> HttpResponse:
    return refused(
        request,
        title="Not yours to manage",
        text="There is no organisation of that name that you manage. Whoever manages it can let "
        f"you. (Reference {reference}.)",
        status=404,
    )


def sentence(error: Exception) -> str:
    """What an error says, as a sentence for a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"
