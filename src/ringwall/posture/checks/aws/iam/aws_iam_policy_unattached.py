"""Policies are used.

Why: what is attached to nobody is looked over by nobody, until somebody attaches it.
Fix: delete the policy.
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
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, REVIEWED
from ringwall.posture.checks.aws.statements import is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.INFORMATIONAL,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 CM-7 supporting",
        *REVIEWED,
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Attached, or somebody's boundary."""
    if is_aws_own(it.name):
        return None
    told = it.read("details")
    used = int(told.get("AttachmentCount", 0)) + int(told.get("PermissionsBoundaryUsageCount", 0))
    return passes(f"it is used {used} times") if used else fails("it is attached to nobody")


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("attached", PASS, name=OWN, details={"AttachmentCount": 1}),
    case(
        "a boundary",
        PASS,
        name=OWN,
        details={"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 2},
    ),
    case("unused", FAIL, name=OWN, details={"AttachmentCount": 0}),
    case("may not be read", UNKNOWN, name=OWN, details=DENIED),
)
