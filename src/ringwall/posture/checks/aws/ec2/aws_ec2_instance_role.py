"""Instances have a role of their own.

Why: without one, programs that call AWS are given access keys, which are copied and never change.
Fix: attach an instance profile whose role may do what the programs need, and no more.
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

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 1.18 partial",
        "cis-aws-5.0 1.17 partial",
        "cis-aws-6.0 2.17 partial",
        "nist-800-53r5 IA-5 supporting",
        "ccm-4 IAM-15 supporting",
    ),
    known_as=("prowler:ec2_instance_profile_attached", "checkov:CKV2_AWS_41"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its instance profile."""
    if it.read("listed").get("IamInstanceProfile"):
        return passes("it has an instance profile")
    return fails(f"{it.label} has no instance profile")


CASES = (
    case("a profile", PASS, listed={"IamInstanceProfile": {"Arn": "arn:aws:iam::1:x"}}),
    case("none", FAIL, listed={}),
)
