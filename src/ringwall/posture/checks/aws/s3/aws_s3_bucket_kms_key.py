"""Buckets are encrypted with a key of your own.

Why: who may use a key of your own is yours to say, to log and to take back; AWS's own key opens
for whoever may read the bucket.
Fix: set default encryption to `aws:kms` with a key of your own and a bucket key, for what is
confidential.
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
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("encryption",),
    controls=(
        *AT_REST,
        "nist-800-53r5 SC-12 partial",
    ),
    known_as=("prowler:s3_bucket_kms_encryption", "securityhub:S3.17", "checkov:CKV_AWS_145"),
)


def judge(it: Subject, world: World) -> Judgment:
    """The alias aws/s3 is AWS's key, not yours."""
    rules = it.read("encryption", {}).get("Rules", [])
    for one in rules:
        by = one.get("ApplyServerSideEncryptionByDefault", {})
        key = str(by.get("KMSMasterKeyID") or "")
        if (
            str(by.get("SSEAlgorithm", "")).startswith("aws:kms")
            and key
            and not key.endswith("alias/aws/s3")
        ):
            return passes(f"it is encrypted with {key}")
    return fails("it is encrypted with a key of AWS's")


def _rules(algorithm: str, key: str | None = None) -> dict[str, object]:
    by = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": by}]}


CASES = (
    case("own key", PASS, encryption=_rules("aws:kms", "arn:aws:kms:eu-west-1:1:key/k")),
    case("the key of AWS", FAIL, encryption=_rules("aws:kms", "alias/aws/s3")),
    case("no key named", FAIL, encryption=_rules("aws:kms")),
    case("AES", FAIL, encryption=_rules("AES256")),
    case("may not be read", UNKNOWN, encryption=DENIED),
)
