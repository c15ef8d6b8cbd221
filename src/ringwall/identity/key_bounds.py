"""How far a key reaches: no further than whoever it is of, by what it has and what it leaves out.

A key has some of its owner's roles. To have one that its owner lacks would be to do more than they
may, and so would be to lack one for which policies keep its owner out
(:mod:`ringwall.access.kept_out`). Roles are chosen with the key; groups and the mail address, which
nobody chooses, it carries where policies keep out by them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from ringwall.access.kept_out import Asked, KeptOut
from ringwall.access.model import Kind
from ringwall.identity import effective, lent
from ringwall.identity.facts import Facts
from ringwall.identity.models import ApiClient, ApiKey, Membership, User


def excess(key: ApiKey, facts: Facts) -> str | None:
    """What a key has that its owner lacks; ``None`` if there is nothing.

    That the organisation is suspended is no such thing: its keys are refused at the edge until it
    is restored, by the revocation of the organisation itself, and are good again then.
    """
    if (key.owner is None) == (key.client is None):
        return "a key is of one person or of one client"
    idle = effective.idle_roles(key.roles, key.organisation, facts)
    if idle:
        whose = "programs without an organisation"
        whose = whose if key.organisation is None else key.organisation.slug
        return f"{idle[0]!r} is no role of {whose}: access.roles in ringwall.yaml"
    if key.client is not None:
        return _excess_over_client(key, key.client)
    owner = key.owner
    if owner is None or not owner.is_active:
        return "its owner cannot sign in"
    if key.organisation is None:
        return "its owner has no roles outside an organisation" if key.roles else None
    member = _member(key, owner)
    if member is None:
        return f"its owner is not a member of {key.organisation.slug}"
    return _excess_over_member(key, member)


def lacking(key: ApiKey, facts: Facts) -> str | None:
    """What a key leaves out for which policies keep its owner out, and the way to mend it.

    ``None`` if there is nothing. Asked of keys without :func:`excess`, which carry what
    :func:`carried` said when they were made.
    """
    if not facts.kept_out:
        return None
    if key.client is not None:
        return next(_lacking_of_client(key, key.client, facts), None)
    return None if key.owner is None else next(_lacking_of_person(key, key.owner, facts), None)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a key of a person has without being asked."""

    groups: tuple[str, ...] = ()
    email: str = ""


def carried(key: ApiKey, facts: Facts) -> Carried:
    """What a key that is made now has to carry, so that policies keep it out as its owner."""
    owner = key.owner
    if owner is None:
        return Carried()
    found = [one for one in facts.kept_out if one.concerns(Kind.USER)]
    named = {one.name for one in found if one.asked is Asked.GROUP}
    held = effective.groups(_member(key, owner), facts) if named else ()
    groups = tuple(group for group in held if group in named)
    return Carried(groups, owner.email if keeps_out_by_address(facts) else "")


def keeps_out_by_address(facts: Facts) -> bool:
    """Whether policies keep people out by their mail address, so that it has to be in tokens."""
    return any(one.asked is Asked.EMAIL and one.concerns(Kind.USER) for one in facts.kept_out)


def _lacking_of_client(key: ApiKey, client: ApiClient, facts: Facts) -> Iterator[str]:
    roles = effective.roles(client.roles, client.organisation, facts)
    scopes = set(client.client.get_scopes())
    for one in facts.kept_out:
        if not one.concerns(Kind.CLIENT):
            continue
        if one.asked is Asked.ROLE:
            yield from _lacking_role(one, roles, key.roles, whose="its program")
        elif one.asked is Asked.SCOPE:
            left = sorted(scopes - set(key.scopes))
            if any(one.name in {"", scope} for scope in left):
                scope = one.name or left[0]
                yield (
                    f"the policy {one.policy} keeps out programs with the scope {scope!r}, which "
                    "its program has: give the key that scope too"
                )


def _lacking_of_person(key: ApiKey, owner: User, facts: Facts) -> Iterator[str]:
    found = [one for one in facts.kept_out if one.concerns(Kind.USER)]
    if key.organisation is None:
        yield from _lacking_outside(owner, found, facts)
    elif (member := _member(key, owner)) is not None:
        roles = effective.roles(lent.held(member), member.organisation, facts)
        for one in found:
            if one.asked is Asked.ROLE:
                yield from _lacking_role(one, roles, key.roles, whose="its owner")
    wanted = carried(key, facts)
    left = sorted({*wanted.groups} - {*key.groups})
    if left:
        policy = _policy(found, lambda one: one.asked is Asked.GROUP and one.name == left[0])
        yield (
            f"the policy {policy} keeps out the group {left[0]!r}, in which its owner is: rotate "
            "the key, so that it carries the group"
        )
    if {*key.groups} - {*_groups(key, owner, facts)}:
        yield "its owner has left a group that it carries: rotate the key"
    if (wanted.email and key.email != wanted.email) or key.email not in {"", owner.email}:
        policy = _policy(found, lambda one: one.asked is Asked.EMAIL)
        yield (
            f"the policy {policy} keeps out mail addresses, and the key does not carry that of its "
            "owner: rotate the key"
            if policy
            else "its owner has another mail address than it carries: rotate the key"
        )


def _lacking_outside(owner: User, found: Sequence[KeptOut], facts: Facts) -> Iterator[str]:
    """A key of no organisation, whose owner is kept out for what they are in theirs."""
    members = Membership.objects.select_related("organisation").filter(
        user=owner, active=True, organisation__suspended=None
    )
    for member in members:
        place = member.organisation
        roles = set(effective.roles(lent.held(member), place, facts))
        groups = set(effective.groups(member, facts))
        for one in found:
            if (
                one.asked is Asked.TENANT
                or (one.asked is Asked.ROLE and roles & {*one.by})
                or (one.asked is Asked.GROUP and one.name in groups)
            ):
                yield (
                    f"the policy {one.policy} keeps out its owner for what they are in "
                    f"{place.slug}: make a key for an organisation"
                )


def _lacking_role(
    one: KeptOut, had: Sequence[str], carries: Sequence[str], *, whose: str
) -> Iterator[str]:
    by = {*one.by} & {*had}
    if by and not {*one.by} & {*carries}:
        yield (
            f"the policy {one.policy} keeps out the role {one.name!r}, which {whose} has: give the "
            f"key the role {min(by)!r} too"
        )


def _policy(found: Sequence[KeptOut], which: Callable[[KeptOut], bool]) -> str:
    return next((one.policy for one in found if which(one)), "")


def _groups(key: ApiKey, owner: User, facts: Facts) -> tuple[str, ...]:
    return effective.groups(_member(key, owner), facts) if key.groups else ()


def _member(key: ApiKey, owner: User) -> Membership | None:
    found = Membership.objects.select_related("organisation").filter(
        user=owner, organisation=key.organisation, active=True
    )
    return None if key.organisation is None else found.first()


def _excess_over_member(key: ApiKey, member: Membership) -> str | None:
    """A role that the owner has only for some time counts if the key ends before that."""
    until = lent.roles(member, timezone.now())
    for role in key.roles:
        if role in until and key.expires > until[role] - lent.MARGIN:
            return f"its owner has the role {role!r} only until {until[role]:%Y-%m-%d %H:%M} UTC"
    return _missing("role", key.roles, (*member.roles, *until))


def _excess_over_client(key: ApiKey, client: ApiClient) -> str | None:
    if client.disabled is not None:
        return "its client is switched off"
    if key.organisation_id != client.organisation_id:
        return "its client is of another organisation"
    return (
        _missing("role", key.roles, client.roles)
        or _missing("scope", key.scopes, client.client.get_scopes())
        or (_missing("audience", key.audiences, client.audiences) if client.audiences else None)
    )


def _missing(what: str, wanted: Sequence[str], had: Sequence[str]) -> str | None:
    missing = sorted(set(wanted) - set(had))
    return f"its owner has no {what} {missing[0]!r}" if missing else None
