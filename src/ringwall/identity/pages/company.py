"""Pages about the company itself: for those of its people who may, as its own rules let them in."""

from collections.abc import Callable
from functools import wraps
from secrets import token_hex
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ringwall.access import guarding
from ringwall.access.actions import Action
from ringwall.access.guarding import COMPANY
from ringwall.identity import asking, sessions
from ringwall.identity.admission import objection
from ringwall.identity.models import Kind, Membership
from ringwall.identity.pages.errors import refused
from ringwall.identity.pages.guarded import guarded_by
from ringwall.identity.pages.objecting import lead_on

View = Callable[..., HttpResponse]


def company_only(action: Action) -> Callable[[View], View]:
    """Let in who may do this to the company; the page is not there for others."""

    def guard(view: View) -> View:
        @wraps(view)
        @guarded_by(action)
        @login_required
        def guarded(request: HttpRequest, **more: Any) -> HttpResponse:
            session = sessions.signed_in(request)
            member = (
                Membership.objects.select_related("organisation")
                .filter(user=session.user, active=True)
                .filter(organisation__kind=Kind.PROVIDER, organisation__suspended=None)
                .first()
            )
            decision = asking.may(session.user, action, COMPANY)
            if member is None or not decision.allowed:
                guarding.note(decision)
                asking.log.warning("%s", decision)
                reference = decision.reference or token_hex(4)
                return refused(
                    request,
                    title="Not yours to see",
                    text="This is for some of the people who run the service. An owner can make "
                    f"you one of them. (Reference {reference}.)",
                    status=404,
                )
            missing = objection(
                session, member, address=sessions.address_of(request), now=timezone.now()
            )
            if missing is not None:
                return lead_on(request, session, missing, back=request.path)
            guarding.note(decision)
            return view(request, **more)

        return guarded

    return guard
