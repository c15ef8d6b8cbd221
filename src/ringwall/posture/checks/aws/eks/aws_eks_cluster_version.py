"""Clusters of Kubernetes run a version that gets updates.

Why: weaknesses of older ones are known, and mended only in later ones.
Fix: update the control plane, then the nodes, one minor version after another.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import UPDATED

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.MEDIUM,
    reads=("described",),
    controls=UPDATED,
    known_as=(
        "prowler:eks_cluster_uses_a_supported_version",
        "securityhub:EKS.2",
        "checkov:CKV_AWS_339",
    ),
)
OLDEST = (1, 34)
"""The oldest of which standard support goes on, as of November 2026."""


def judge(it: Subject, world: World) -> Judgment:
    """By the date of this release of Ringwall."""
    version = str(it.read("described").get("version") or "")
    major, _, minor = version.partition(".")
    if not minor.isdigit():
        raise UnknownError(f"the version of {it.label} is not known")
    if (int(major), int(minor)) < OLDEST:
        return fails(f"{it.label} runs {version}, which gets updates no more, or for a price")
    return passes(f"it runs {version}")


CASES = (
    case("a new one", PASS, described={"version": "1.40"}),
    case("an old one", FAIL, described={"version": "1.27"}),
    case("nobody says", UNKNOWN, described={}),
)
