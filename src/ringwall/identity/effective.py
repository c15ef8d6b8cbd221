"""Which of the roles and groups that somebody was given have effect: those that are declared.

What was given before and is declared no more stays where it was given, and gets into no token: it
is there again when it is declared again. While the configuration declares no role at all, every
role has effect.
"""

from collections.abc import Iterable

from ringwall.identity.facts import Facts
from ringwall.identity.models import Group, Kind, Membership, Organisation


def roles(given: Iterable[str], organisation: Organisation | None, facts: Facts) -> tuple[str, ...]:
    """Those with effect. A program without an organisation is the company's own."""
    possible = facts.roles_for(kind_of(organisation))
    return tuple(role for role in given if possible is None or role in possible)


def idle_roles(
    given: Iterable[str], organisation: Organisation | None, facts: Facts
) -> tuple[str, ...]:
    """Those without."""
    possible = facts.roles_for(kind_of(organisation))
    return tuple(role for role in given if possible is not None and role not in possible)


def marked(given: Iterable[str], organisation: Organisation | None, facts: Facts) -> list[str]:
    """All of them as people read them: ``clerk``, ``buyer (without effect)``."""
    given = tuple(given)
    idle = idle_roles(given, organisation, facts)
    return [f"{role} (without effect)" if role in idle else role for role in given]


def kind_of(organisation: Organisation | None) -> str:
    """Whose roles are to be had: customers' or the company's own."""
    return Kind.PROVIDER if organisation is None else organisation.kind


def groups(member: Membership | None, facts: Facts) -> tuple[str, ...]:
    """The groups of somebody that have effect, sorted: see :func:`named_groups`."""
    if not facts.groups or member is None or member.organisation.kind != Kind.PROVIDER:
        return ()
    return named_groups(group_names(member), member.organisation, facts)


def named_groups(
    names: Iterable[str], organisation: Organisation | None, facts: Facts
) -> tuple[str, ...]:
    """Those of ``names`` that have effect, sorted: declared, and of the company's own people.

    What groups a customer's people are in its own provider says: whoever runs that could name any.
    """
    if organisation is None or organisation.kind != Kind.PROVIDER:
        return ()
    return tuple(sorted(set(names) & set(facts.groups)))


def group_names(member: Membership) -> set[str]:
    """All groups of somebody, as their provider and their directory name them."""
    provisioned = Group.objects.filter(members__membership=member).values_list("name", flat=True)
    return {*member.groups, *provisioned}
