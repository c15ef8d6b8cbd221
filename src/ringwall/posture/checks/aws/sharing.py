"""Whether a resource's policy names other accounts that no condition holds to the organisation."""

from typing import Any, Final

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Subject,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controlled import cases_within, controls_on, shut_by
from ringwall.posture.checks.aws.customers import others_of
from ringwall.posture.permissions.controls import Controls
from ringwall.posture.permissions.granting import is_controlled

_ORG: Final = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
_OWN: Final = {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
_TLS: Final = {"Bool": {"aws:SecureTransport": "true"}}
_OTHER: Final = "arn:aws:iam::444455556666:root"


def judge_others(it: Subject, policy: Any, *, spared: frozenset[str] = frozenset()) -> Judgment:
    """Whole accounts and whoever is of them, unless a condition says of which organisation.

    It may be one of the policy, or of a control policy that binds the account. ``spared`` are
    accounts of AWS's own.
    """
    others = others_of(policy, it.account, spared=spared)
    if not others:
        return passes("no other account is named")

    def left(controls: Controls) -> set[str]:
        return others & others_of(policy, it.account, controls.rcps)

    controls = controls_on(it)
    if controls.rcps:
        kept = left(controls)
        if not kept:
            shuts = shut_by(controls, lambda less: bool(left(less)))
            named = ", ".join(sorted(others))
            return passes(f"it names {named}, and {shuts} keeps out who is not of the organisation")
        others = kept
    return fails(f"accounts {', '.join(sorted(others))} may use it")


def cases_of_others(action: str, *, aspect: str, inside: str = "") -> tuple[Case, ...]:
    """Cases of a check that judges so, of a policy that is an aspect, or is ``inside`` one."""

    def told(policy: Any) -> dict[str, Any]:
        return {aspect: {inside: policy} if inside else policy}

    def let_in(principal: Any, **more: Any) -> dict[str, Any]:
        one = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action} | more
        return told({"Statement": [one]})

    denied: dict[str, Any] = {aspect: DENIED}
    within = PASS if is_controlled(action.lower()) else FAIL
    return (
        case("its own", PASS, **let_in("arn:aws:iam::111122223333:root")),
        case("another", FAIL, **let_in(_OTHER)),
        case("a role of another", FAIL, **let_in(["444455556666", "111122223333"])),
        case("another, of the organisation", PASS, **let_in(_OTHER, Condition=_ORG)),
        case("another, that cannot be it", PASS, **let_in(_OTHER, Condition=_OWN)),
        case("another, over TLS", FAIL, **let_in(_OTHER, Condition=_TLS)),
        case("denied", PASS, **let_in(_OTHER, Effect="Deny")),
        case("broken", UNKNOWN, **told("{")),
        case("may not be read", UNKNOWN, **denied),
        *cases_within(action.partition(":")[0], within, FAIL, **let_in(_OTHER)),
    )
