"""Few accounts run services for the whole organisation.

More than three are told, and each that is suspended: which they are is said in any case.

Why: whoever has such an account has what its service may do in every other one.
Fix: see which are still meant to, and deregister the others in the management account.
"""

from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.bounds import organisation
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.organizations.delegating import is_manager

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("organization", "delegated_administrators"),
    controls=LEAST_PRIVILEGE,
    of_clouds=True,
)
MOST: Final = 3
"""An account for security, one for logs and one for the network."""


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the management account alone: others may not read it."""
    if not is_manager(it):
        return None
    several = it.read("delegated_administrators", ())
    gone = [one for one in several if one.get("Status", "ACTIVE") == "SUSPENDED"]
    if gone:
        return fails(f"{_names(gone)} may run services and is suspended")
    if len(several) > MOST:
        return fails(f"{len(several)} accounts run services for all: {_names(several)}")
    return passes(f"{_names(several) or 'none'} may run services for all")


def _names(several: Any) -> str:
    return ", ".join(f"{one.get('Name') or 'account'} ({one.get('Id')})" for one in several)


def _delegates(count: int, status: str = "ACTIVE") -> list[dict[str, str]]:
    return [{"Id": f"22223333444{at}", "Name": f"a{at}", "Status": status} for at in range(count)]


OURS = organisation()
CASES = (
    case("three", PASS, organization=OURS, delegated_administrators=_delegates(3)),
    case("none", PASS, organization=OURS, delegated_administrators=[]),
    case("four", FAIL, organization=OURS, delegated_administrators=_delegates(4)),
    case("suspended", FAIL, organization=OURS, delegated_administrators=_delegates(1, "SUSPENDED")),
    case("may not be read", UNKNOWN, organization=OURS, delegated_administrators=DENIED),
    case(
        "a member",
        NOT_JUDGED,
        organization=organisation("444455556666"),
        delegated_administrators=DENIED,
    ),
    case("alone", NOT_JUDGED, organization=ABSENT),
)
