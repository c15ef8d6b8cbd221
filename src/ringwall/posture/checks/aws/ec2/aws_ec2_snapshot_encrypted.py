"""Snapshots of volumes are encrypted.

Why: it is a whole disk that can be given away by one call.
Fix: copy it with encryption and delete the old one.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-ec2-snapshot",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=("prowler:ec2_ebs_snapshots_encrypted", "checkov:CKV_AWS_183"),
)


def judge(it: Subject, world: World) -> Judgment:
    """As its listing tells."""
    if it.read("listed").get("Encrypted") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"Encrypted": True}),
    case("not", FAIL, listed={"Encrypted": False}),
)
