"""Databases cannot be deleted by mistake.

Why: one call, or one wrong line of code, ends it with its automatic backups.
Fix: turn deletion protection on.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
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
from ringwall.posture.checks.aws.rds.engines import is_member

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=KEPT,
    known_as=(
        "prowler:rds_instance_deletion_protection",
        "securityhub:RDS.8",
        "checkov:CKV_AWS_293",
    ),
    remedy="aws-rds-deletion-protection",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """That of a member is its cluster's to set."""
    listed = it.read("listed")
    if is_member(listed):
        return None
    if listed.get("DeletionProtection") is True:
        return passes("deletion protection is on")
    return fails(f"{it.label} can be deleted by one call")


CASES = (
    case("on", PASS, listed={"DeletionProtection": True}),
    case("off", FAIL, listed={"DeletionProtection": False}),
    case("of a cluster, which has its own", NOT_JUDGED, listed={"DBClusterIdentifier": "c"}),
)
