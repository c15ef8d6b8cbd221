"""Groups have members.

Why: a group without members waits with its rights for somebody to be put into it unseen.
Fix: delete the group, or say what it is for and accept this.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.INFORMATIONAL,
    reads=("details", "aws-iam-user.details"),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-2 supporting",
    ),
)


def _groups(user: Subject) -> list[str]:
    return list(user.read("details").get("GroupList", []))


def judge(it: Subject, world: World) -> Judgment:
    """By what users say they are in."""
    it.read("details")
    named = world.where("aws-iam-user", _groups, it.label)
    members = [one for one in named if one.account == it.account]
    if members:
        return passes(f"it has {len(members)} members")
    return fails("nobody is in it")


CASES = (
    case(
        "a member",
        PASS,
        other("aws-iam-user", "arn:aws:iam::1:user/ada", details={"GroupList": ["it"]}),
        details={},
    ),
    case(
        "of another",
        FAIL,
        other("aws-iam-user", "arn:aws:iam::1:user/ada", details={"GroupList": ["x"]}),
        details={},
    ),
    case("users may not be read", UNKNOWN, other("aws-iam-user", "u", details=DENIED), details={}),
)
