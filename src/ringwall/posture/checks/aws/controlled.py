"""What of its organisation binds an account, for checks of what its own policies leave open.

Its management account tells it, if that was read and not too long ago; see ``posture.lending``.
Control policies give nothing, so what is shut is shut without a look at them; what is open may be
shut by them, and then it is said by which.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from ringwall.posture.checking import Case, Other, Outcome, Subject, case, other
from ringwall.posture.lending import controls_from
from ringwall.posture.permissions.controls import UNCONTROLLED, Controls
from ringwall.posture.permissions.deciding import Outcome as Decided
from ringwall.posture.permissions.exposure import Exposed
from ringwall.posture.permissions.trust import Trusted
from ringwall.posture.snapshot.snapshot import CONTROLS

_Open = TypeVar("_Open", Exposed, Trusted)
READS: Final = (f"aws-account.{CONTROLS}",)
"""What a check reads that asks so, besides what it judges."""


def controls_on(it: Subject) -> Controls:
    """What binds the account of a component; nothing where nobody told."""
    world = it.world
    home = world.snapshot.get(f"aws-account/{it.account}")
    if home is None or not world.subject(home).is_read(CONTROLS):
        return UNCONTROLLED
    told = world.subject(home).read(CONTROLS, None)
    key = (controls_on, it.account)
    known = world.indexes.get(key)
    if known is None or known[0] is not told:
        known = world.indexes[key] = (told, controls_from(told, it.account))
    found: Controls = known[1]
    return found


def organisation_of(it: Subject) -> str:
    """The id of the organisation that tells what binds an account; empty where none does."""
    home = it.world.snapshot.get(f"aws-account/{it.account}")
    if home is None or not it.world.subject(home).is_read(CONTROLS):
        return ""
    return str(it.world.subject(home).read(CONTROLS, {}).get("Organization", ""))


def shut_by(controls: Controls, is_open: Callable[[Controls], bool]) -> str:
    """The policies without which something would be open that is not, in words."""
    several = controls.denying
    alone = [one for one in several if is_open(controls.without_denials(one))]
    names = ", ".join(dict.fromkeys(one.name for one in alone or several))
    return f"the organisation's policy {names}" if names else "what the organisation allows"


def within_controls(
    it: Subject, open_within: Callable[[Controls], list[_Open]]
) -> tuple[list[_Open], str]:
    """What is open of a component with control policies, and by which it is not that would be.

    Where all that is left is not known, for a policy that could not be read, what is open without
    stands: that is what its own policy says.
    """
    found = open_within(UNCONTROLLED)
    controls = controls_on(it) if found else UNCONTROLLED
    if not controls.rcps:
        return found, ""
    left = open_within(controls)
    if left:
        is_told = any(one.decision.outcome is not Decided.UNKNOWN for one in left)
        return left if is_told else found, ""
    return [], shut_by(controls, lambda less: bool(open_within(less)))


def bound(*policies: dict[str, Any], left_out: str = "") -> Other:
    """For cases: what the account's organisation is lent to say, each policy with a name."""
    told = {
        "Management": "999988887777",
        "Organization": "o-1",
        "Policies": list(policies),
        "Within": [],
        "LeftOut": left_out,
        "Untold": [],
    }
    return other("aws-account", **{CONTROLS: told})


def policy(kind: str, name: str, *statements: dict[str, Any], to: str = "r-1") -> dict[str, Any]:
    """For cases: a control policy of the root, or of a unit."""
    target = {"Type": "ROOT" if to.startswith("r-") else "ORGANIZATIONAL_UNIT", "TargetId": to}
    content = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Kind": kind, "Name": name, "Content": content, "Targets": [target]}


_OUTSIDE: Final = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
_DEPUTIES: Final = {
    "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-1"},
    "Bool": {"aws:PrincipalIsAWSService": "true"},
}


def perimeter(service: str, *, to: str = "r-1") -> Other:
    """For cases: the resource control policy that keeps strangers from what is of a service."""
    shut = {"Effect": "Deny", "Principal": "*", "Action": f"{service}:*", "Resource": "*"}
    several = (shut | {"Condition": _OUTSIDE}, shut | {"Condition": _DEPUTIES})
    return bound(policy("resource control policy", "perimeter", *several, to=to))


def cases_within(
    service: str,
    whole: Outcome,
    without: Outcome,
    *,
    home: Mapping[str, Any] | None = None,
    **aspects: Any,
) -> tuple[Case, ...]:
    """Of what is open by these aspects: how it stands within a perimeter, and within less.

    ``home`` are other aspects of its account.
    """

    def told(name: str, outcome: Outcome, one: Other) -> Case:
        there = replace(one, aspects={**one.aspects, **(home or {})})
        return case(name, outcome, there, **aspects)

    (policies,) = perimeter(service).aspects[CONTROLS]["Policies"]
    unread = {"Kind": policies["Kind"], "Name": "perimeter", "Why": "access denied"}
    return (
        told("within a perimeter", whole, perimeter(service)),
        told("within one of others", without, perimeter("ram")),
        told("within one of another unit", without, perimeter(service, to="ou-9")),
        told("within one nobody could read", without, bound(unread)),
        told("within one that was read long ago", without, bound(left_out="old")),
    )
