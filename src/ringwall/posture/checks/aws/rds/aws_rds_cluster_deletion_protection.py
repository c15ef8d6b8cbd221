"""Clusters of databases cannot be deleted by mistake.

Why: one call, or one wrong line of code, ends it with its automatic backups.
Fix: turn deletion protection on.
"""

from ringwall.posture.checking import (
    FAIL,
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

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=KEPT,
    known_as=(
        "prowler:rds_cluster_deletion_protection",
        "securityhub:RDS.7",
        "checkov:CKV_AWS_139",
    ),
    remedy="aws-rds-cluster-deletion-protection",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("DeletionProtection") is True:
        return passes("deletion protection is on")
    return fails(f"{it.label} can be deleted by one call")


CASES = (
    case("on", PASS, listed={"DeletionProtection": True}),
    case("off", FAIL, listed={"DeletionProtection": False}),
)
