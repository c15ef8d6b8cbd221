"""Roles, and who may give them: nobody gives what they could not have themselves."""

import re
from collections.abc import Iterable
from typing import Final

from ringwall.access.built_in import (
    ADMINISTRATOR,
    OPERATOR,
    OWNER,
    PROVIDER_ROLES,
    ROLE_FORM,
    ROLE_WORDS,
    SECURITY_ADMINISTRATOR,
)
from ringwall.access.model import Holders
from ringwall.identity import effective
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Kind, Membership, Organisation, User
from ringwall.runtime.configuration.spelling import listed, nearest

MOST_ROLES: Final = 32
_MOST_NAMED: Final = 20
_FORM: Final = re.compile(ROLE_FORM)


def parse_roles(roles: Iterable[str], organisation: Organisation) -> list[str]:
    """Roles of people as they are kept: sorted, each once. ``ValueError`` says which cannot be."""
    found, possible = _parsed(roles), current_facts().roles_for(organisation.kind)
    if possible is None and organisation.kind == Kind.PROVIDER:
        possible = frozenset(PROVIDER_ROLES)
    _require_possible(found, possible, organisation)
    return found


def parse_program_roles(roles: Iterable[str], organisation: Organisation | None) -> list[str]:
    """The same for programs, of which those without an organisation are the company's own."""
    found = _parsed(roles)
    possible = current_facts().roles_for(effective.kind_of(organisation))
    _require_possible(found, possible, organisation)
    return found


def _parsed(roles: Iterable[str]) -> list[str]:
    found = sorted({role.strip() for role in roles if role.strip()})
    if len(found) > MOST_ROLES:
        msg = f"{len(found)} roles are too many for one: {MOST_ROLES} at most"
        raise ValueError(msg)
    for role in found:
        if not _FORM.fullmatch(role):
            msg = f'"{role[:100]}" cannot be a role: {ROLE_WORDS}'
            raise ValueError(msg)
    return found


def _require_possible(
    roles: list[str], possible: frozenset[str] | None, organisation: Organisation | None
) -> None:
    wrong = next((one for one in roles if possible is not None and one not in possible), None)
    if wrong is None or possible is None:
        return
    name = "a program without an organisation" if organisation is None else organisation.name
    declared = current_facts().roles
    elsewhere = declared.get(wrong)
    if elsewhere is not None:
        whose = "customers" if elsewhere is Holders.CUSTOMER else "the company's own people"
        msg = f'"{wrong}" is a role of {whose}, not of {name}: access.roles in ringwall.yaml'
        raise ValueError(msg)
    names = sorted(possible)
    near = nearest(wrong, names)
    meant = "" if near is None else f' Do you mean "{near}"?'
    some = names if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], "others"]
    where = ", declared under access.roles in ringwall.yaml" if declared else ""
    msg = f'there is no role "{wrong}" in {name}, but {listed(some, last="and")}{where}.{meant}'
    raise ValueError(msg.removesuffix("."))


def roles_of(user: User | None, organisation: Organisation) -> frozenset[str]:
    """The roles somebody has in an organisation now."""
    if user is None or not user.is_active:
        return frozenset()
    found = Membership.objects.filter(user=user, organisation=organisation, active=True).first()
    return frozenset(found.roles) if found else frozenset()


def provider_roles_of(user: User | None) -> frozenset[str]:
    """The roles somebody has in the company itself."""
    if user is None or not user.is_active:
        return frozenset()
    found = Membership.objects.filter(
        user=user, active=True, organisation__kind=Kind.PROVIDER, organisation__suspended=None
    )
    return frozenset(role for one in found for role in one.roles)


def may_manage(user: User | None, organisation: Organisation) -> bool:
    """Whether somebody may change members, rules and connections of an organisation."""
    if provider_roles_of(user) & {OWNER, SECURITY_ADMINISTRATOR}:
        return True
    if organisation.kind == Kind.PROVIDER or organisation.suspended is not None:
        return False
    return ADMINISTRATOR in roles_of(user, organisation)


def may_touch(user: User | None, organisation: Organisation, roles: Iterable[str]) -> bool:
    """Whether somebody may give, or take from others, these roles.

    Who manages a customer's organisation may give all that exist there. In the company itself
    only owners make owners, and unmake them.
    """
    if not may_manage(user, organisation):
        return False
    if organisation.kind == Kind.PROVIDER and OWNER in set(roles):
        return OWNER in roles_of(user, organisation)
    return True


def may_see_outbox(user: User | None) -> bool:
    """Whether somebody may see to whom mail goes and what became of it."""
    return bool(provider_roles_of(user) & {OWNER, SECURITY_ADMINISTRATOR, OPERATOR})


def may_read_mail(user: User | None) -> bool:
    """Whether somebody may read mail to others: its links and codes let in as whoever they are for.

    Owners, who may let in anybody anyway.
    """
    return OWNER in provider_roles_of(user)


def keeper_role(organisation: Organisation) -> str:
    """The role that somebody must have, or nobody could manage the organisation any more."""
    return OWNER if organisation.kind == Kind.PROVIDER else ADMINISTRATOR
