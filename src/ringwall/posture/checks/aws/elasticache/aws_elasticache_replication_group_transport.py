"""Caches refuse connections that are not encrypted.

Why: sessions and answers cross the network as they are.
Fix: turn encryption in transit on, with the mode `required`.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=IN_TRANSIT,
    known_as=(
        "prowler:elasticache_redis_cluster_in_transit_encryption_enabled",
        "securityhub:ElastiCache.5",
        "checkov:CKV_AWS_30",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if (
        listed.get("TransitEncryptionEnabled") is True
        and listed.get("TransitEncryptionMode", "required") == "required"
    ):
        return passes("plain connections are refused")
    return fails(f"{it.label} takes plain connections")


CASES = (
    case("on", PASS, listed={"TransitEncryptionEnabled": True}),
    case(
        "off", FAIL, listed={"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}
    ),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
