"""Clusters of databases outlive the loss of a zone.

Why: with its zone a database is gone for hours, if it has no standby elsewhere.
Fix: add a member in another zone.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-5.0 2.2.4 partial",
        "cis-aws-6.0 3.2.4 partial",
        *RESILIENT,
    ),
    known_as=(
        "prowler:rds_cluster_multi_az",
        "securityhub:RDS.15",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("MultiAZ") is True:
        return passes("it has a standby in another zone")
    return fails(f"{it.label} is in one zone alone")


CASES = (
    case("two zones", PASS, listed={"MultiAZ": True}),
    case("one", FAIL, listed={"MultiAZ": False}),
)
