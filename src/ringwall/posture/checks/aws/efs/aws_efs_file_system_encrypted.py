"""Shared files are encrypted.

Why: its disks and backups can be read by whoever gets at them.
Fix: make it anew with encryption, and copy.
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
    judges="aws-efs-file-system",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 2.4.1 full",
        "cis-aws-5.0 2.3.1 full",
        "cis-aws-6.0 3.3.1 full",
        *AT_REST,
    ),
    known_as=(
        "prowler:efs_encryption_at_rest_enabled",
        "securityhub:EFS.1",
        "checkov:CKV_AWS_42",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("Encrypted") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"Encrypted": True}),
    case("not", FAIL, listed={"Encrypted": False}),
    case("denied", UNKNOWN, listed=DENIED),
)
