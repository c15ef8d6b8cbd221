"""Trails are encrypted with a key of your own.

Why: who may read the bucket reads everything that everybody did.
Fix: give the trail a key of your own.
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
    judges="aws-cloudtrail-trail",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 3.5 full",
        "cis-aws-5.0 3.5 full",
        "cis-aws-6.0 4.5 full",
        *AT_REST,
        "nist-800-53r5 AU-9(3) partial",
    ),
    known_as=(
        "prowler:cloudtrail_kms_encryption_enabled",
        "securityhub:CloudTrail.2",
        "checkov:CKV_AWS_35",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    key = it.read("listed").get("KmsKeyId")
    return passes(f"it is encrypted with {key}") if key else fails("no key of your own encrypts it")


CASES = (
    case("a key", PASS, listed={"KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}),
    case("none", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
