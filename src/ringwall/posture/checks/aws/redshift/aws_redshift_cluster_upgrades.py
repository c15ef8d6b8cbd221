"""Warehouses take new versions by themselves.

Why: those mend weaknesses that everybody can read about.
Fix: turn `AllowVersionUpgrade` on.
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
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-redshift-cluster",
    severity=Severity.LOW,
    reads=("listed",),
    controls=UPDATED,
    known_as=(
        "prowler:redshift_cluster_automatic_upgrades",
        "securityhub:Redshift.6",
        "checkov:CKV_AWS_141",
    ),
    remedy="aws-redshift-upgrades",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("AllowVersionUpgrade") is True:
        return passes("new versions are taken by themselves")
    return fails(f"{it.label} stays on its version")


CASES = (
    case("on", PASS, listed={"AllowVersionUpgrade": True}),
    case("off", FAIL, listed={"AllowVersionUpgrade": False}),
)
