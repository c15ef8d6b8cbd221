"""Logs are encrypted with a key of your own.

Why: logs hold addresses, names and too often secrets.
Fix: give the group a key of your own.
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
    judges="aws-logs-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=AT_REST,
    known_as=("prowler:cloudwatch_log_group_kms_encryption_enabled", "checkov:CKV_AWS_158"),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    key = it.read("listed").get("kmsKeyId")
    return (
        passes(f"it is encrypted with {key}")
        if key
        else fails("it is encrypted with a key of AWS's")
    )


CASES = (
    case("a key", PASS, listed={"kmsKeyId": "k"}),
    case("none", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
