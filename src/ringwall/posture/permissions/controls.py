"""The service control policies that bind an account, as its organisation's management tells them.

Which accounts are in which unit is not read: what is attached to a unit may bind an account or not.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ringwall.posture.permissions.accounts import Identity, Unit
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.statements import Document

Target = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Controls:
    """``levels`` bind an account, from the root on; of ``units`` one may, each with its name."""

    levels: tuple[tuple[Document, ...], ...] = ()
    units: tuple[Unit, ...] = ()


UNCONTROLLED: Final = Controls()
"""Nothing binds it, or nobody looked what does."""


def controls_of(
    policies: Iterable[tuple[Document, Iterable[Target]]], account: str, *, management: str
) -> Controls:
    """What binds an account, of policies each with the targets that it is attached to.

    Nothing binds the management account.
    """
    roots: list[Document] = []
    own: list[Document] = []
    units: dict[str, tuple[str, list[Document]]] = {}
    for document, targets in policies:
        for target in targets:
            identifier = str(target.get("TargetId"))
            if target.get("Type") == "ROOT":
                roots.append(document)
            elif target.get("Type") == "ORGANIZATIONAL_UNIT":
                name = str(target.get("Name") or identifier)
                units.setdefault(identifier, (name, []))[1].append(document)
            elif identifier == account:
                own.append(document)
    if account == management:
        return Controls()
    levels = tuple(tuple(one) for one in (roots, own) if one)
    return Controls(levels, tuple((name, tuple(several)) for name, several in units.values()))


def within_units(
    identity: Identity, units: Iterable[Unit], ask: Callable[[Identity], Decision]
) -> tuple[Decision, str]:
    """What is decided of an identity, and the unit by which it is not certain, empty if it is."""
    decision = ask(identity)
    if decision.outcome is not Outcome.ALLOWED:
        return decision, ""
    for name, several in units:
        policies = replace(identity.policies, scps=(*identity.policies.scps, several))
        bound = ask(replace(identity, policies=policies))
        if bound.outcome is not Outcome.ALLOWED:
            why = f"unless the account is in the unit {name}, and what binds that denies it"
            return replace(decision, outcome=Outcome.CONDITIONAL, why=why), name
    return decision, ""
