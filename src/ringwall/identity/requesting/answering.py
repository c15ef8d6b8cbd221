"""What a request is at a moment, and who can answer it."""

from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from ringwall.access.actions import Action
from ringwall.access.built_in import ADMINISTRATOR, OWNER, SECURITY_ADMINISTRATOR
from ringwall.identity import lent
from ringwall.identity.asking import By, may, turning
from ringwall.identity.installed import current_facts
from ringwall.identity.models import AccessRequest, Kind, Membership, RequestState, User

_ANSWER: Final = frozenset({OWNER, SECURITY_ADMINISTRATOR, ADMINISTRATOR})
"""The roles that policies let answer: others need not be asked about. A test holds them to it."""


MOST_FOUND: Final = 50
"""People who are told of one request, where it takes no more: the first by mail address."""
_LOOKED_AT: Final = 200
"""People of a place who are asked about for that: each costs a decision of Cedar's engine."""


def state_at(request: AccessRequest, now: datetime) -> RequestState:
    """What a request is at a moment, whether the row says so yet or not."""
    if request.state == RequestState.WAITING and request.answer_by <= now:
        return RequestState.UNANSWERED
    if request.state == RequestState.GRANTED and request.ends is not None and request.ends <= now:
        return RequestState.OVER
    return RequestState(request.state)


def handed(request: AccessRequest) -> dict[str, Any]:
    """What approving hands out: the roles with all that they include by now, and that of a keeper.

    That is added where they make or unmake one.
    """
    member = Membership.objects.filter(organisation=request.organisation, user=request.user).first()
    had = frozenset(member.roles if member else ())
    turned = turning(had, had | set(request.roles), request.organisation)
    return {"roles": {*request.roles, *current_facts().included_in(request.roles), *turned}}


def may_approve(by: By, request: AccessRequest) -> bool:
    """Whether somebody could approve a request, as things are."""
    return may(by, Action.REQUESTS_APPROVE, request, **handed(request)).allowed


def still_to_approve(user: User, request: AccessRequest) -> bool:
    """Whether somebody could approve a request and has not done so."""
    if any(one.user_id == user.pk for one in request.approvals.all()):
        return False
    return may_approve(user, request)


def answers_in(user: User) -> dict[str, Any]:
    """Where somebody may be able to answer: what rows of requests are filtered by."""
    now, places = timezone.now(), []
    for one in Membership.objects.select_related("organisation").filter(user=user, active=True):
        if _ANSWER.isdisjoint(lent.held(one, now)):
            continue
        if one.organisation.kind == Kind.PROVIDER:
            return {}
        places.append(one.organisation_id)
    return {"organisation__in": places}


def approvers(request: AccessRequest, *, needed: int = 1) -> list[User]:
    """Who may approve it, by the policies: people of the organisation, no more than are told.

    And those of the company, where these are fewer than it takes. The search ends where enough are
    found: an organisation may have any number of administrators.
    """
    most = max(needed, MOST_FOUND)
    members = Membership.objects.select_related("user").filter(active=True, user__is_active=True)
    members = members.order_by("user__email")
    now, hands = timezone.now(), handed(request)
    found: dict[UUID, User] = {}
    for some in (
        members.filter(organisation=request.organisation),
        members.filter(organisation__kind=Kind.PROVIDER, organisation__suspended=None),
    ):
        could = (one for one in some if not _ANSWER.isdisjoint(lent.held(one, now)))
        for one in islice(could, _LOOKED_AT):
            if len(found) >= most:
                break
            if one.user_id in found:
                continue
            if may(one.user, Action.REQUESTS_APPROVE, request, **hands).allowed:
                found[one.user_id] = one.user
        if len(found) >= needed:
            break
    return sorted(found.values(), key=lambda one: one.email)
