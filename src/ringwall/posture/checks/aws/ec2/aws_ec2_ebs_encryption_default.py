"""New volumes are encrypted by default.

Why: no volume, and no snapshot of it, is left open by mistake.
Fix: turn EBS encryption by default on, in each region.
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
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("ebs_encryption_by_default",),
    controls=(
        "cis-aws-3.0 2.2.1 full",
        "cis-aws-5.0 5.1.1 full",
        "cis-aws-6.0 6.1.1 full",
        *AT_REST,
    ),
    known_as=("prowler:ec2_ebs_default_encryption", "securityhub:EC2.7", "checkov:CKV_AWS_106"),
    remedy="aws-ec2-ebs-encryption",
)


def judge(it: Subject, world: World) -> Judgment:
    """It is a setting of the account, in each region."""
    if it.read("ebs_encryption_by_default", {}).get("EbsEncryptionByDefault") is True:
        return passes(f"new volumes in {it.label} are encrypted")
    return fails(f"new volumes in {it.label} are not encrypted by default")


CASES = (
    case("on", PASS, ebs_encryption_by_default={"EbsEncryptionByDefault": True}),
    case("off", FAIL, ebs_encryption_by_default={"EbsEncryptionByDefault": False}),
    case("denied", UNKNOWN, ebs_encryption_by_default=DENIED),
)
