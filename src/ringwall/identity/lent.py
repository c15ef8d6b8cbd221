"""Roles that somebody has for some time: which they are now, and when they end.

They stand in no membership. They are what granted requests say, asked at the moment when it
counts: what the clock has ended is over wherever it is asked about, whoever is to write that down.
Roles given by hand and by groups are not touched by them, and nobody keeps an organisation by one.

Tokens carry a lent role no longer than it is lent (:func:`in_token`): the edge, which verifies by
itself, ends it without being told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from ringwall.identity.models import (
    AccessRequest,
    Kind,
    Membership,
    Organisation,
    RequestState,
    User,
)
from ringwall.identity.strength import SKEW_S

MARGIN: Final = timedelta(seconds=SKEW_S)
"""The edge takes a token for so long after its end: one with a lent role ends so much earlier."""
_SHORTEST: Final = timedelta(seconds=1)
"""A token lives in whole seconds."""


def roles(member: Membership, now: datetime) -> Mapping[str, datetime]:
    """The roles that a member has only for some time, and until when each.

    A role that they have anyway is none of them.
    """
    if member.lent_until is None or member.lent_until <= now or not member.active:
        return {}
    found: dict[str, datetime] = {}
    rows = AccessRequest.objects.filter(
        organisation=member.organisation_id,
        user=member.user_id,
        state=RequestState.GRANTED,
        ends__gt=now,
    )
    for names, ends in rows.values_list("roles", "ends"):
        for name in set(names) - set(member.roles):
            if ends is not None:
                found[name] = max(ends, found.get(name, ends))
    return found


def held(member: Membership, now: datetime | None = None) -> tuple[str, ...]:
    """All roles that a member has now, however long, sorted."""
    return tuple(sorted({*member.roles, *roles(member, now or timezone.now())}))


def held_by(user: User, organisation: Organisation) -> tuple[str, ...]:
    """The same for somebody in an organisation, whether they are a member or not."""
    found = Membership.objects.filter(user=user, organisation=organisation, active=True).first()
    return () if found is None else held(found)


def fleeting(user: User, organisation: Organisation | None, now: datetime) -> frozenset[str]:
    """The roles that somebody has only for some time at the company and in an organisation."""
    found = Membership.objects.select_related("organisation").filter(
        user=user, active=True, lent_until__gt=now
    )
    return frozenset(
        role
        for one in found
        if one.organisation.kind == Kind.PROVIDER
        or (organisation is not None and one.organisation_id == organisation.pk)
        for role in roles(one, now)
    )


@dataclass(frozen=True, slots=True)
class InToken:
    """What a token made now says of roles, and the time after which it must not hold; if any."""

    roles: tuple[str, ...]
    until: datetime | None


def in_token(member: Membership | None, now: datetime) -> InToken:
    """The roles for a token of a member: without those that are nearly over."""
    if member is None:
        return InToken((), None)
    lent = {
        name: ends - MARGIN
        for name, ends in roles(member, now).items()
        if ends - MARGIN >= now + _SHORTEST
    }
    return InToken(tuple(sorted({*member.roles, *lent})), min(lent.values(), default=None))
