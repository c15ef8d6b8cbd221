"""Caches are encrypted.

Why: its backups and swapped memory can be read by whoever gets at them.
Fix: make it anew with encryption at rest.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:elasticache_redis_cluster_rest_encryption_enabled",
        "securityhub:ElastiCache.4",
        "checkov:CKV_AWS_29",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("AtRestEncryptionEnabled") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("on", PASS, listed={"AtRestEncryptionEnabled": True}),
    case("off", FAIL, listed={"AtRestEncryptionEnabled": False}),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
