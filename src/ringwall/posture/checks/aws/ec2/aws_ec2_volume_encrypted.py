"""Volumes are encrypted.

Why: whoever gets a snapshot of it, or may read it below the system, reads all that is on it.
Fix: make an encrypted copy of its snapshot, and a volume of that; a volume cannot be changed.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-ec2-volume",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=("prowler:ec2_ebs_volume_encryption", "securityhub:EC2.3", "checkov:CKV_AWS_3"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Each keeps what it was made with; the default of the region is for those made later."""
    if it.read("listed").get("Encrypted") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"Encrypted": True}),
    case("not", FAIL, listed={"Encrypted": False}),
    case("denied", UNKNOWN, listed=DENIED),
)
