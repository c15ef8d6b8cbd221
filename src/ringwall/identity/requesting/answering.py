"""What a request is at a moment, and who can answer it."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.access.built_in import BUILT_IN
from ringwall.identity import lent
from ringwall.identity.asking import By, may, turning
from ringwall.identity.models import AccessRequest, Kind, Membership, RequestState, User


def state_at(request: AccessRequest, now: datetime) -> RequestState:
    """What a request is at a moment, whether the row says so yet or not."""
    if request.state == RequestState.WAITING and request.answer_by <= now:
        return RequestState.UNANSWERED
    if request.state == RequestState.GRANTED and request.ends is not None and request.ends <= now:
        return RequestState.OVER
    return RequestState(request.state)


def handed(request: AccessRequest) -> dict[str, Any]:
    """What approving hands out: the roles, and that of a keeper whom they make or unmake."""
    member = Membership.objects.filter(organisation=request.organisation, user=request.user).first()
    had = frozenset(member.roles if member else ())
    turned = turning(had, had | set(request.roles), request.organisation)
    return {"roles": {*request.roles, *turned}}


def may_approve(by: By, request: AccessRequest) -> bool:
    """Whether somebody could approve a request, as things are."""
    return may(by, Action.REQUESTS_APPROVE, request, **handed(request)).allowed


def still_to_approve(user: User, request: AccessRequest) -> bool:
    """Whether somebody could approve a request and has not done so."""
    if any(one.user_id == user.pk for one in request.approvals.all()):
        return False
    return may_approve(user, request)


def approvers(request: AccessRequest) -> list[User]:
    """Who may approve it, by the policies: people of the organisation, else of the company."""
    members = Membership.objects.select_related("user").filter(active=True, user__is_active=True)
    now = timezone.now()
    for some in (
        members.filter(organisation=request.organisation),
        members.filter(organisation__kind=Kind.PROVIDER, organisation__suspended=None),
    ):
        # No policy of Ringwall itself speaks of other roles than its own.
        likely = [one.user for one in some if not BUILT_IN.keys().isdisjoint(lent.held(one, now))]
        found = [one for one in likely if may_approve(one, request)]
        if found:
            return sorted(found, key=lambda one: one.email)
    return []
