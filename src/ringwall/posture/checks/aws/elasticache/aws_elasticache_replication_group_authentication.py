"""Caches ask who is there.

Why: whoever is in the network reads and changes everything in it.
Fix: use users of role-based access, or a token.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-elasticache-replication-group",
    severity=Severity.HIGH,
    reads=("listed",),
    controls=SIGN_IN,
    known_as=(
        "prowler:elasticache_redis_replication_group_auth_enabled",
        "securityhub:ElastiCache.6",
        "checkov:CKV_AWS_31",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("AuthTokenEnabled") is True or listed.get("UserGroupIds"):
        return passes("it asks for a token or a user")
    return fails(f"{it.label} asks nobody who he is")


CASES = (
    case("on", PASS, listed={"UserGroupIds": ["users"]}),
    case("off", FAIL, listed={"AuthTokenEnabled": False}),
    case("nothing is said", FAIL, listed={}),
    case("denied", UNKNOWN, listed=DENIED),
)
