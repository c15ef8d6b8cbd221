"""Tags of images cannot be moved.

Why: who may push replaces what runs under a tag that everybody trusts.
Fix: set tag mutability to `IMMUTABLE`.
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
from ringwall.posture.checks.aws.controls import CHANGES, HARDENED

CHECK = Check(
    judges="aws-ecr-repository",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "nist-800-53r5 SI-7 partial",
        *HARDENED,
        *CHANGES,
    ),
    known_as=(
        "prowler:ecr_repositories_tag_immutability",
        "securityhub:ECR.2",
        "checkov:CKV_AWS_51",
    ),
    remedy="aws-ecr-immutable",
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    how = it.read("listed").get("imageTagMutability", "MUTABLE")
    if how.startswith("IMMUTABLE"):
        return passes("its tags stay where they are")
    return fails(f"tags of {it.label} can be moved")


CASES = (
    case("they stay", PASS, listed={"imageTagMutability": "IMMUTABLE"}),
    case("they stay but some", PASS, listed={"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}),
    case("they move", FAIL, listed={"imageTagMutability": "MUTABLE"}),
)
