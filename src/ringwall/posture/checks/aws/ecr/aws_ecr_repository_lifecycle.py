"""Repositories of images forget old ones.

Why: old images, with their known weaknesses, are started again by mistake.
Fix: add a lifecycle policy.
"""

from ringwall.posture.checking import (
    ABSENT,
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ecr-repository",
    severity=Severity.INFORMATIONAL,
    reads=("lifecycle",),
    controls=TIDY,
    known_as=(
        "prowler:ecr_repositories_lifecycle_policy_enabled",
        "securityhub:ECR.3",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("lifecycle"):
        return passes("a lifecycle policy takes old images away")
    return fails(f"{it.label} keeps every image for ever")


CASES = (
    case("a policy", PASS, lifecycle="{}"),
    case("none", FAIL, lifecycle=ABSENT),
    case("denied", UNKNOWN, lifecycle=DENIED),
)
