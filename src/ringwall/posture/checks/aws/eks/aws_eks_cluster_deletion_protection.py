"""Clusters of Kubernetes cannot be deleted by mistake.

Why: with the cluster all goes that runs in it, and what only it knows.
Fix: turn deletion protection on.
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-eks-cluster",
    severity=Severity.LOW,
    reads=("described",),
    controls=KEPT,
    known_as=("prowler:eks_cluster_deletion_protection_enabled",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("described").get("deletionProtection") is True:
        return passes("deletion protection is on")
    return fails(f"{it.label} can be deleted at once")


CASES = (
    case("on", PASS, described={"deletionProtection": True}),
    case("off", FAIL, described={"deletionProtection": False}),
    case("nothing is said, as it comes", FAIL, described={"status": "ACTIVE"}),
    case("may not be read", UNKNOWN, described=DENIED),
)
