"""Whom somebody acts for: people who belong to several organisations choose one."""

from dataclasses import dataclass

from ringwall.identity import effective, lent
from ringwall.identity.authority import may_see
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Membership, Organisation, Session
from ringwall.identity.vouching import speaks_for


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation as one of its members sees it."""

    organisation: Organisation
    roles: tuple[str, ...]
    current: bool
    managed: bool
    """Whether its pages are open to them."""


def places(session: Session) -> list[Place]:
    """The organisations a session's person may act for, by name: those for which it speaks."""
    facts = current_facts()
    found = (
        Membership.objects.select_related("organisation")
        .filter(user=session.user_id, active=True, organisation__suspended=None)
        .order_by("organisation__name")
    )
    return [
        Place(
            one.organisation,
            effective.roles(lent.held(one), one.organisation, facts),
            one.organisation_id == session.organisation_id,
            may_see(session.user, one.organisation),
        )
        for one in found
        if speaks_for(session, one.organisation)
    ]
