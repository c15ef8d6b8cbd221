"""Caches take minor versions by themselves.

Why: those mend weaknesses that everybody can read about.
Fix: turn automatic minor version upgrades on.
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=UPDATED,
    known_as=(
        "prowler:elasticache_redis_cluster_auto_minor_version_upgrades",
        "securityhub:ElastiCache.2",
        "checkov:CKV_AWS_322",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("AutoMinorVersionUpgrade") is True:
        return passes("minor versions are taken by themselves")
    return fails(f"{it.label} stays on its version")


CASES = (
    case("on", PASS, listed={"AutoMinorVersionUpgrade": True}),
    case("off", FAIL, listed={"AutoMinorVersionUpgrade": False}),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
