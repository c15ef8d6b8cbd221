"""Buckets encrypt what is in them.

Why: what lies unencrypted is read by whoever gets the disk, a copy or a replica.
Fix: set default encryption; since 2023 AWS does so by itself, and only an odd setting takes it
away.
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

CHECK = Check(
    judges="aws-s3-bucket",
    severity=Severity.MEDIUM,
    reads=("encryption",),
    controls=(
        "nist-800-53r5 SC-28 partial",
        "nist-csf-2.0 PR.DS-01 partial",
        "pci-dss-4 3.5.1 supporting",
        "soc2 CC6.1 partial",
    ),
    known_as=("prowler:s3_bucket_default_encryption", "securityhub:S3.4", "checkov:CKV_AWS_19"),
    remedy="aws-s3-encryption",
)
_GOOD = ("AES256", "aws:kms", "aws:kms:dsse")


def judge(it: Subject, world: World) -> Judgment:
    """Any of AWS's algorithms."""
    rules = it.read("encryption", {}).get("Rules", [])
    used = [one.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for one in rules]
    if any(one in _GOOD for one in used):
        return passes(f"it is encrypted by {', '.join(filter(None, used))}")
    return fails("there is no default encryption")


def _rules(algorithm: str) -> dict[str, object]:
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]}


CASES = (
    case("AES", PASS, encryption=_rules("AES256")),
    case("KMS", PASS, encryption=_rules("aws:kms")),
    case("none", FAIL, encryption=ABSENT),
    case("may not be read", UNKNOWN, encryption=DENIED),
)
