"""Caches outlive the loss of a node.

Why: with its only node all sessions are gone, and the database gets it all.
Fix: turn automatic failover and Multi-AZ on.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=RESILIENT,
    known_as=(
        "prowler:elasticache_redis_cluster_automatic_failover_enabled",
        "prowler:elasticache_redis_cluster_multi_az_enabled",
        "securityhub:ElastiCache.3",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if (
        listed.get("AutomaticFailover") in {"enabled", "enabling"}
        and listed.get("MultiAZ") == "enabled"
    ):
        return passes("another node takes over, in another zone")
    return fails(f"no node in another zone takes over for {it.label}")


CASES = (
    case("on", PASS, listed={"AutomaticFailover": "enabled", "MultiAZ": "enabled"}),
    case("off", FAIL, listed={"AutomaticFailover": "enabled", "MultiAZ": "disabled"}),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
