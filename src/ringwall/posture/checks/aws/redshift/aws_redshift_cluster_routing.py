"""Warehouses load and unload inside their network.

Why: data goes by the internet, where no endpoint's policy says whose buckets it may reach.
Fix: turn enhanced VPC routing on.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=PERIMETER,
    known_as=(
        "prowler:redshift_cluster_enhanced_vpc_routing",
        "securityhub:Redshift.7",
        "checkov:CKV_AWS_321",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("EnhancedVpcRouting") is True:
        return passes("enhanced VPC routing is on")
    return fails(f"{it.label} loads and unloads by the internet")


CASES = (
    case("on", PASS, listed={"EnhancedVpcRouting": True}),
    case("off", FAIL, listed={}),
)
