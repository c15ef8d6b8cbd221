"""Warehouses are backed up for a week.

Why: a mistake, or an attacker, is often noticed days later.
Fix: set the retention of automatic snapshots to 7 days or more.
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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=BACKED_UP,
    known_as=(
        "prowler:redshift_cluster_automated_snapshot",
        "securityhub:Redshift.3",
        "checkov:CKV_AWS_343",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    days = it.read("listed").get("AutomatedSnapshotRetentionPeriod") or 0
    if days >= 7:
        return passes(f"snapshots are kept for {days} days")
    return fails(f"snapshots of {it.label} are kept for {days} days")


CASES = (
    case("a week", PASS, listed={"AutomatedSnapshotRetentionPeriod": 7}),
    case("a day", FAIL, listed={"AutomatedSnapshotRetentionPeriod": 1}),
    case("none", FAIL, listed={}),
)
