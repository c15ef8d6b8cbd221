"""Images are encrypted with a key of KMS.

Why: a key of KMS says who may decrypt, and tells who did.
Fix: make the repository anew with a key of KMS.
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
    judges="aws-ecr-repository",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=AT_REST,
    known_as=("checkov:CKV_AWS_136",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if str(
        (it.read("listed").get("encryptionConfiguration") or {}).get("encryptionType", "")
    ).startswith("KMS"):
        return passes("a key of KMS encrypts it")
    return fails(f"the key of {it.label} is AWS's alone")


CASES = (
    case("a key", PASS, listed={"encryptionConfiguration": {"encryptionType": "KMS"}}),
    case("AWS's", FAIL, listed={"encryptionConfiguration": {"encryptionType": "AES256"}}),
)
