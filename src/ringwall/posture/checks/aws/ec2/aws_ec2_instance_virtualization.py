"""Instances run on hardware virtualization.

Why: paravirtual ones are of a generation that gets no new protections.
Fix: launch it anew from an image for hardware virtualization.
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
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=HARDENED,
    known_as=("prowler:ec2_instance_paravirtual_type", "securityhub:EC2.24"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the type that EC2 tells."""
    if it.read("listed").get("VirtualizationType") == "paravirtual":
        return fails(f"{it.label} is paravirtual")
    return passes("it is no paravirtual one")


CASES = (
    case("hardware", PASS, listed={"VirtualizationType": "hvm"}),
    case("paravirtual", FAIL, listed={"VirtualizationType": "paravirtual"}),
)
