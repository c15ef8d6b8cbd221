"""Whether AWS allows a request, in the order in which AWS asks its policies.

IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic". A Deny of any
policy ends it; then every layer that there is has to allow it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ringwall.posture.permissions.granting import (
    Step,
    granted,
    is_controlled,
    is_out_of_reach,
    is_ruled_by_resource,
)
from ringwall.posture.permissions.matching import NOTHING, Layer, Match, layer
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.requests import Request
from ringwall.posture.permissions.statements import Condition, Document, Statement
from ringwall.posture.permissions.truth import Truth, both, opposite


class Outcome(StrEnum):
    """``CONDITIONAL`` is allowed if the decision's conditions turn out so, else denied."""

    ALLOWED = "allowed"
    CONDITIONAL = "allowed under conditions"
    DENIED = "denied"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Decision:
    """``by`` are the statements it stands on.

    Of a conditional one, ``requires`` are the conditions that allow it if they hold (of each layer
    that allows only so, one statement's are enough), ``forbids`` those that deny it if they do.
    ``also`` are statements that allow it, or may, when those of ``by`` are gone.
    """

    outcome: Outcome
    why: str
    by: tuple[Statement, ...] = ()
    requires: tuple[Condition, ...] = ()
    forbids: tuple[Condition, ...] = ()
    also: tuple[Statement, ...] = ()
    left_by: tuple[Statement, ...] = ()
    """Those of ``by`` that give nothing, and only leave it.

    So do statements of control and endpoint policies, and each that would deny it.
    """

    @property
    def all_by(self) -> tuple[Statement, ...]:
        """All statements that give it: when they are gone it is not allowed any more."""
        kept = set(self.left_by)
        return tuple(one for one in dict.fromkeys((*self.by, *self.also)) if one not in kept)

    @property
    def keys(self) -> set[str]:
        """The keys of its conditions."""
        return {one.key for one in (*self.requires, *self.forbids)}

    @property
    def may_be(self) -> bool:
        """Whether it cannot be ruled out that it is allowed."""
        return self.outcome is not Outcome.DENIED

    @property
    def is_allowed(self) -> bool:
        """Whether it is allowed, with or without conditions."""
        return self.outcome in {Outcome.ALLOWED, Outcome.CONDITIONAL}


_FREE: Final = "sts:getsessiontoken"
"""Nobody needs a permission for it, though a Deny counts."""
_ALWAYS: Final = "sts:getcalleridentity"
"""Nothing can deny it (STS API Reference, GetCallerIdentity)."""
_LINKED: Final = ":role/aws-service-role/"
"""Roles that services make for themselves are under no control policy."""


def decide(request: Request, policies: Policies) -> Decision:
    """Decide one request."""
    action = request.action.lower()
    who = request.principal
    if action == _ALWAYS and who.is_of_account:
        return Decision(Outcome.ALLOWED, "nothing is needed for it, and nothing denies it")
    if is_out_of_reach(action, request.resource):
        return Decision(Outcome.DENIED, f"AWS lets nobody do it to {request.resource}")
    is_bounded = policies.boundary is not None and who.is_of_account

    def of(*documents: Document) -> Layer:
        return layer(documents, request, action, is_bounded=is_bounded)

    controls = [("endpoint policy", of(policies.endpoint))] if policies.endpoint else []
    if _LINKED not in who.role:
        bearing = policies.rcps if is_controlled(action) else ()
        levels = [("resource control policies", one) for one in bearing]
        if who.is_of_account:
            levels += [("service control policies", one) for one in policies.scps]
        controls += [(name, of(*several)) for name, several in levels]
    resource = of(policies.resource) if policies.resource else NOTHING
    layers = [*controls, ("resource policy", resource)]
    identity, boundary, session = NOTHING, None, None
    if who.is_of_account:
        identity = of(*policies.identity)
        boundary = of(policies.boundary) if policies.boundary else None
        session = of(*policies.session) if policies.session is not None else None
        layers.append(("identity policy", identity))
        layers += [("permissions boundary", boundary)] if boundary else []
        layers += [("session policy", session)] if session else []
    denials: list[Match] = []
    for name, found in layers:
        for one in found.denies:
            if one.truth is Truth.YES:
                why = f"{one.statement} ({name}) denies it"
                return Decision(Outcome.DENIED, why, (one.statement,))
            denials.append(one)
    steps = [Step(name, found.allowed, (found,)) for name, found in controls]
    if action == _FREE:
        steps.append(Step("service", Truth.YES, ()))
    elif not who.is_of_account:
        steps.append(Step("resource policy", resource.allowed, (resource,)))
    else:
        steps.append(
            granted(
                request,
                identity=identity,
                boundary=boundary,
                session=session,
                resource=resource,
                is_ruled=is_ruled_by_resource(action, request.resource),
                has_identity=bool(policies.identity),
            )
        )
    decision = _summed(steps, denials)
    left = [one.statement for _, found in controls for one in found.allows]
    left += [one.statement for one in denials]
    return replace(decision, left_by=tuple(dict.fromkeys(left))) if left else decision


def _summed(steps: list[Step], denials: list[Match]) -> Decision:
    """A request is allowed where each step allows it and nothing denies it."""
    for step in steps:
        if step.truth is Truth.NO:
            return Decision(Outcome.DENIED, f"no {step.name} allows it")
    truth = both(*(step.truth for step in steps), *(opposite(one.truth) for one in denials))
    allowing = [one for step in steps for found in step.layers for one in found.allows]
    matches = [*allowing, *denials]
    by = tuple(dict.fromkeys(one.statement for one in matches))
    others = (one for step in steps for found in step.others for one in found.allows)
    also = tuple(dict.fromkeys(one.statement for one in others if one.statement not in by))
    if truth is Truth.UNKNOWN:
        return Decision(Outcome.UNKNOWN, _unclear(matches), by, also=also)
    giving = dict.fromkeys(str(one.statement) for one in allowing)
    why = f"allowed by {', '.join(giving)}" if giving else "nothing is needed for it"
    if truth is Truth.YES:
        return Decision(Outcome.ALLOWED, why, by, also=also)
    hanging = [
        one
        for step in steps
        if step.truth is not Truth.YES
        for found in step.layers
        if found.allowed is not Truth.YES
        for one in found.allows
    ]
    return Decision(Outcome.CONDITIONAL, why, by, _conditions(hanging), _conditions(denials), also)


def _conditions(several: list[Match]) -> tuple[Condition, ...]:
    return tuple(dict.fromkeys(condition for one in several for condition in one.conditions))


def _unclear(matches: list[Match]) -> str:
    unknown = [one.statement for one in matches if one.truth is Truth.UNKNOWN]
    return "; ".join(
        dict.fromkeys(one.fault or f"whether {one} matches cannot be told" for one in unknown)
    )
