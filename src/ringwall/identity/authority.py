"""Roles as they are kept, and what the built-in policies say of people, in words of its own."""

import re
from collections.abc import Iterable
from typing import Final

from ringwall.access.actions import Action
from ringwall.access.built_in import PROVIDER_ROLES, ROLE_FORM, ROLE_WORDS
from ringwall.access.guarding import COMPANY
from ringwall.access.model import Holders
from ringwall.identity import effective
from ringwall.identity.asking import may
from ringwall.identity.installed import current_facts
from ringwall.identity.models import Kind, Organisation, User
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
    meant = "" if near is None else f'; did you mean "{near}"?'
    some = names if len(names) <= _MOST_NAMED else [*names[:_MOST_NAMED], "others"]
    where = ", declared under access.roles in ringwall.yaml" if declared else ""
    msg = f'there is no role "{wrong}" in {name}, but {listed(some, last="and")}{where}{meant}'
    raise ValueError(msg)


def may_manage(user: User | None, organisation: Organisation) -> bool:
    """Whether somebody changes what an organisation asks of its members."""
    return may(user, Action.RULES_CHANGE, organisation).allowed


def may_see(user: User | None, organisation: Organisation) -> bool:
    """Whether the pages of an organisation are open to somebody."""
    return may(user, Action.MEMBERS_SEE, organisation).allowed


def may_see_log(user: User) -> bool:
    """Whether somebody reads what happened, by page and by API."""
    return may(user, Action.LOG_SEE, COMPANY).allowed


def may_see_inventory(user: User) -> bool:
    """Whether somebody sees what there is, by page and by API."""
    return may(user, Action.INVENTORY_SEE, COMPANY).allowed


def may_see_findings(user: User) -> bool:
    """Whether somebody sees what is wrong, by page and by API."""
    return may(user, Action.FINDINGS_SEE, COMPANY).allowed


def may_change_findings(user: User) -> bool:
    """Whether somebody says what is done about findings."""
    return may(user, Action.FINDINGS_CHANGE, COMPANY).allowed


def may_see_posture(user: User) -> bool:
    """Whether somebody sees how accounts and frameworks stand, by page and by API."""
    return may(user, Action.POSTURE_SEE, COMPANY).allowed


def may_see_outbox(user: User | None) -> bool:
    """Whether somebody sees to whom mail goes and what became of it."""
    return may(user, Action.OUTBOX_SEE, COMPANY).allowed


def may_read_mail(user: User | None) -> bool:
    """Whether somebody reads mail to others."""
    return may(user, Action.MAIL_READ, COMPANY).allowed
