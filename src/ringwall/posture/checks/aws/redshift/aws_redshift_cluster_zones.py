"""Warehouses are in two zones.

Why: with its zone the warehouse is away, until it is made anew from a snapshot.
Fix: turn multi-AZ on, which clusters of RA3 can have.
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
    judges="aws-redshift-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=RESILIENT,
    known_as=(
        "prowler:redshift_cluster_multi_az_enabled",
        "securityhub:Redshift.18",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if str(it.read("listed").get("MultiAZ") or "").lower() == "enabled":
        return passes("it is in two zones")
    return fails(f"{it.label} is in one zone")


CASES = (
    case("two", PASS, listed={"MultiAZ": "Enabled"}),
    case("one", FAIL, listed={"MultiAZ": "Disabled"}),
    case("nothing is said, as it comes", FAIL, listed={"MultiAZSecondary": {}}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
