"""Databases get minor versions by themselves.

Why: those mend weaknesses that everybody can read about.
Fix: turn automatic minor version upgrades on.
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 2.3.2 full",
        "cis-aws-5.0 2.2.2 full",
        "cis-aws-6.0 3.2.2 full",
        *UPDATED,
    ),
    known_as=(
        "prowler:rds_instance_minor_version_upgrade_enabled",
        "securityhub:RDS.13",
        "checkov:CKV_AWS_226",
    ),
    remedy="aws-rds-upgrades",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("AutoMinorVersionUpgrade") is True:
        return passes("minor versions are taken by themselves")
    return fails(f"{it.label} stays on its minor version")


CASES = (
    case("on", PASS, listed={"AutoMinorVersionUpgrade": True}),
    case("off", FAIL, listed={"AutoMinorVersionUpgrade": False}),
    case("denied", UNKNOWN, listed=DENIED),
)
