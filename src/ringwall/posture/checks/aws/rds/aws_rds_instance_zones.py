"""Databases outlive the loss of a zone.

Why: with its zone a database is gone for hours, if it has no standby elsewhere.
Fix: turn Multi-AZ on.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.rds.engines import is_member, is_replica

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-5.0 2.2.4 partial",
        "cis-aws-6.0 3.2.4 partial",
        *RESILIENT,
    ),
    known_as=(
        "prowler:rds_instance_multi_az",
        "securityhub:RDS.5",
        "checkov:CKV_AWS_157",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """A member is its cluster's to spread; a replica is one already."""
    listed = it.read("listed")
    if is_member(listed) or is_replica(listed):
        return None
    if listed.get("MultiAZ") is True:
        return passes("it has a standby in another zone")
    return fails(f"{it.label} is in one zone alone")


CASES = (
    case("two zones", PASS, listed={"MultiAZ": True}),
    case("one", FAIL, listed={"MultiAZ": False}),
    case("of a cluster, which has its own", NOT_JUDGED, listed={"DBClusterIdentifier": "c"}),
)
