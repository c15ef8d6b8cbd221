"""Secrets are encrypted with a key of your own.

Why: with AWS's key every administrator of the account opens every secret.
Fix: give the secret a key of your own.
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
    judges="aws-secretsmanager-secret",
    severity=Severity.LOW,
    reads=("listed",),
    controls=AT_REST,
    known_as=("checkov:CKV_AWS_149",),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    key = str(it.read("listed").get("KmsKeyId") or "")
    if key and not key.endswith("alias/aws/secretsmanager"):
        return passes(f"it is encrypted with {key}")
    return fails("it is encrypted with AWS's key")


CASES = (
    case("own", PASS, listed={"KmsKeyId": "arn:aws:kms:eu-west-1:1:key/k"}),
    case("AWS's", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
