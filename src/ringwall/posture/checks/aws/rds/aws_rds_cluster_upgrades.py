"""Clusters of databases get minor versions by themselves.

Why: those mend weaknesses that everybody can read about.
Fix: turn automatic minor version upgrades on.
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 2.3.2 supporting",
        "cis-aws-5.0 2.2.2 supporting",
        "cis-aws-6.0 3.2.2 supporting",
        *UPDATED,
    ),
    known_as=(
        "prowler:rds_cluster_minor_version_upgrade_enabled",
        "securityhub:RDS.35",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where it is the cluster's to say; else each member is judged."""
    listed = it.read("listed")
    if "AutoMinorVersionUpgrade" not in listed:
        return None
    if listed["AutoMinorVersionUpgrade"] is True:
        return passes("minor versions are taken by themselves")
    return fails(f"{it.label} stays on its minor version")


CASES = (
    case("on", PASS, listed={"AutoMinorVersionUpgrade": True}),
    case("off", FAIL, listed={"AutoMinorVersionUpgrade": False}),
    case("its members say", NOT_JUDGED, listed={}),
)
