"""Which roles somebody can ask for, for how long, and what approving them takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ringwall.access.built_in import BUILT_IN
from ringwall.access.config import Requestable
from ringwall.access.model import Holders
from ringwall.identity import lent
from ringwall.identity.facts import Facts
from ringwall.identity.models import Membership, Organisation

SHORTEST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a request for some roles: the strictest of what holds for each."""

    longest: timedelta
    approvals: int
    proof_within: timedelta | None
    """How lately whoever approves must have proven who they are; ``None`` for whenever."""


def requestable(member: Membership, facts: Facts) -> dict[str, Requestable]:
    """The roles that a member can ask for now, by name; those they have lastingly are not."""
    own = set(lent.held(member))
    return {
        name: one
        for name, one in sorted(facts.requests.roles.items())
        if name not in member.roles
        and _can_be_of(member.organisation, name, facts)
        and (not one.requestable_by or own & set(one.requestable_by))
    }


def terms_of(roles: Iterable[str], member: Membership, facts: Facts) -> Terms:
    """The terms of asking for some roles; ``ValueError`` for one that the member cannot ask for."""
    possible = requestable(member, facts)
    found = []
    for role in roles:
        if role not in possible:
            raise ValueError(_why_not(role, member, tuple(possible)))
        found.append(possible[role])
    proofs = [one.proof_within for one in found if one.proof_within is not None]
    return Terms(
        timedelta(seconds=min(one.longest for one in found)),
        max(one.approvals for one in found),
        timedelta(seconds=min(proofs)) if proofs else None,
    )


def approvals_of(roles: Iterable[str], facts: Facts) -> int:
    """How many people it takes to approve a request for some roles."""
    known = facts.requests.roles
    return max((known[role].approvals for role in roles if role in known), default=1)


def longest_for(roles: Iterable[str], asked: timedelta, facts: Facts) -> timedelta:
    """For how long a request may be approved: as asked, if its roles are given so long by now."""
    known = facts.requests.roles
    longest = (timedelta(seconds=known[role].longest) for role in roles if role in known)
    return min((asked, *longest))


def _why_not(role: str, member: Membership, possible: tuple[str, ...]) -> str:
    name = member.user.get_full_name()
    if role in member.roles:
        return f'{name} has the role "{role}" already, and not only for some time'
    there_is = f"there is {', '.join(possible)}" if possible else "there is none for them"
    return f'"{role[:100]}" is no role that {name} can ask for in {member.organisation}: {there_is}'


def _can_be_of(organisation: Organisation, role: str, facts: Facts) -> bool:
    declared = facts.roles_for(organisation.kind)
    if declared is not None:
        return role in declared
    if role in BUILT_IN:
        return BUILT_IN[role] == organisation.kind
    return organisation.kind == Holders.CUSTOMER
