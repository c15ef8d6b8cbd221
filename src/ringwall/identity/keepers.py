"""Who keeps an organisation: those without whom nobody could manage it any more."""

from collections.abc import Iterable

from ringwall.access.built_in import ADMINISTRATOR, AUDITOR, OWNER
from ringwall.identity.models import Kind, Organisation


def keeps(roles: Iterable[str], organisation: Organisation) -> bool:
    """Whether who has these roles can manage the organisation: auditors change nothing."""
    found = set(roles)
    is_audited = organisation.kind == Kind.PROVIDER and AUDITOR in found
    return keeper_role(organisation) in found and not is_audited


def keeper_role(organisation: Organisation) -> str:
    """The role that somebody must have, or nobody could manage the organisation any more."""
    return OWNER if organisation.kind == Kind.PROVIDER else ADMINISTRATOR
