"""Caches that stand alone are in subnets that were chosen for them.

Why: the default group has all subnets of the default network, where the internet has a way to.
Fix: make a subnet group of private subnets, and the cache anew in it.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-elasticache-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=PERIMETER,
    known_as=(
        "securityhub:ElastiCache.7",
        "checkov:CKV_AWS_323",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its subnet group."""
    name = it.read("listed").get("CacheSubnetGroupName")
    if name and name != "default":
        return passes(f"it is in the subnets of {name}")
    return fails(f"{it.label} is in the default subnets")


CASES = (
    case("its own", PASS, listed={"CacheSubnetGroupName": "caches"}),
    case("the default", FAIL, listed={"CacheSubnetGroupName": "default"}),
    case("one that is called so in part", PASS, listed={"CacheSubnetGroupName": "default-caches"}),
    case("none", FAIL, listed={"Engine": "memcached"}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
