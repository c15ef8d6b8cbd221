"""Caches are backed up.

Why: what is in it alone cannot be had again.
Fix: keep snapshots for a day or more, where it holds more than copies.
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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=BACKED_UP,
    known_as=(
        "prowler:elasticache_redis_cluster_backup_enabled",
        "securityhub:ElastiCache.1",
        "checkov:CKV_AWS_134",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if (listed.get("SnapshotRetentionLimit") or 0) > 0:
        return passes("snapshots are kept")
    return fails(f"{it.label} has no snapshots")


CASES = (
    case("on", PASS, listed={"SnapshotRetentionLimit": 3}),
    case("off", FAIL, listed={"SnapshotRetentionLimit": 0}),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
