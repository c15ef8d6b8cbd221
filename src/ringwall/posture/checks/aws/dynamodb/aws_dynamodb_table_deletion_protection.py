"""Tables cannot be deleted by mistake.

Why: one call ends it.
Fix: turn deletion protection on.
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-dynamodb-table",
    severity=Severity.LOW,
    reads=("described",),
    controls=KEPT,
    known_as=(
        "prowler:dynamodb_table_deletion_protection_enabled",
        "securityhub:DynamoDB.6",
    ),
    remedy="aws-dynamodb-deletion-protection",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("described").get("DeletionProtectionEnabled") is True:
        return passes("deletion protection is on")
    return fails(f"{it.label} can be deleted by one call")


CASES = (
    case("on", PASS, described={"DeletionProtectionEnabled": True}),
    case("off", FAIL, described={}),
    case("denied", UNKNOWN, described=DENIED),
)
