"""Warehouses have an administrator of a name of its own.

Why: `awsuser` is what everybody tries first.
Fix: make another administrator, and take the rights of this one away.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=HARDENED,
    known_as=(
        "prowler:redshift_cluster_non_default_username",
        "securityhub:Redshift.8",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("MasterUsername") == "awsuser":
        return fails(f"the administrator of {it.label} is awsuser")
    return passes("its administrator has a name of its own")


CASES = (
    case("its own", PASS, listed={"MasterUsername": "analyst"}),
    case("the usual", FAIL, listed={"MasterUsername": "awsuser"}),
)
