"""Vaults of backups are encrypted with a key of their own.

Why: whoever may use the key of what is backed up decrypts its backups, too.
Fix: make a vault with a key of KMS of its own.
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
    judges="aws-backup-vault",
    severity=Severity.LOW,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:backup_vaults_encrypted",
        "checkov:CKV_AWS_166",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("EncryptionKeyArn"):
        return passes("a key of KMS encrypts it")
    return fails(f"no key of KMS encrypts {it.label}")


CASES = (
    case("a key", PASS, listed={"EncryptionKeyArn": "arn:aws:kms:x"}),
    case("none", FAIL, listed={}),
)
