"""Whether services of a whole organisation are run from an account of their own."""

from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Judgment,
    Severity,
    Subject,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.bounds import organisation

_MANAGER: Final = "111122223333"
_SECURITY: Final = "222233334444"


def is_manager(it: Subject) -> bool:
    """Whether an account manages its organisation: others may not read what is asked here."""
    told = it.read("organization")
    return told is not None and str(told.get("MasterAccountId")) == it.name


def judge_delegated(it: Subject, aspect: str, service: str) -> Judgment | None:
    """Whether an account besides the management account, that is not suspended, has a service."""
    if not is_manager(it):
        return None
    several = [
        str(one.get("Id")) for one in it.read(aspect, ()) if one.get("Status", "ACTIVE") == "ACTIVE"
    ]
    others = [one for one in several if one != it.name]
    if others:
        return passes(f"{service} is run from {', '.join(others)}")
    if several:
        return fails(f"{service} is run from the management account itself", Severity.LOW)
    return fails(f"no account runs {service} for the whole organisation")


def cases_of(aspect: str) -> tuple[Case, ...]:
    """The cases of such a check."""

    def told(said: str, outcome: Any, value: Any, manager: str = _MANAGER) -> Case:
        return case(said, outcome, organization=organisation(manager), **{aspect: value})

    return (
        told("an account of its own", PASS, [{"Id": _SECURITY, "Status": "ACTIVE"}]),
        told("none", FAIL, []),
        told("the management account", FAIL, [{"Id": _MANAGER, "Status": "ACTIVE"}]),
        told("an account that is suspended", FAIL, [{"Id": _SECURITY, "Status": "SUSPENDED"}]),
        told("may not be read", UNKNOWN, DENIED),
        told("a member", NOT_JUDGED, DENIED, _SECURITY),
        case("alone", NOT_JUDGED, organization=ABSENT),
    )
