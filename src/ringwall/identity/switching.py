"""Whom somebody acts for: people who belong to several organisations choose one."""

from dataclasses import dataclass

from django.db import transaction

from ringwall.identity.facts import Facts
from ringwall.identity.models import Membership, Organisation, Session, Visit
from ringwall.identity.visits import membership


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation as one of its members sees it."""

    organisation: Organisation
    roles: tuple[str, ...]
    current: bool


def places(session: Session) -> list[Place]:
    """The organisations a session's person may act for, by name."""
    found = (
        Membership.objects.select_related("organisation")
        .filter(user=session.user_id, active=True, organisation__suspended=None)
        .order_by("organisation__name")
    )
    current = session.organisation_id
    return [
        Place(one.organisation, tuple(one.roles), one.organisation_id == current) for one in found
    ]


def switch(session: Session, slug: str, facts: Facts) -> Organisation | None:
    """Let a session act for another of its person's organisations; ``None`` if it is none of them.

    Hosts that name no tenant follow with their next token, which is within one token's life.
    """
    found = membership(session, slug)
    if found is None:
        return None
    with transaction.atomic():
        session.organisation = found.organisation
        session.save(update_fields=["organisation"])
        follow = [visit.pk for visit in session.visits.all() if facts.tenant_of(visit.host) is None]
        Visit.objects.filter(pk__in=follow).update(
            organisation=found.organisation, token="", token_expires=None
        )
    return found.organisation
