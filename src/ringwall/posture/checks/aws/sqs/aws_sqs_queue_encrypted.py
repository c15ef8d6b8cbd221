"""Queues are encrypted.

Why: messages lie at rest until somebody takes them.
Fix: turn encryption on, by SQS's own key or by one of yours.
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
    judges="aws-sqs-queue",
    severity=Severity.MEDIUM,
    reads=("attributes",),
    controls=AT_REST,
    known_as=(
        "prowler:sqs_queues_server_side_encryption_enabled",
        "securityhub:SQS.1",
        "checkov:CKV_AWS_27",
    ),
    remedy="aws-sqs-encryption",
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    told = it.read("attributes")
    if told.get("KmsMasterKeyId") or str(told.get("SqsManagedSseEnabled", "")).lower() == "true":
        return passes("it is encrypted")
    return fails("it is not encrypted")


CASES = (
    case("SQS's key", PASS, attributes={"SqsManagedSseEnabled": "true"}),
    case("own key", PASS, attributes={"KmsMasterKeyId": "k"}),
    case("none", FAIL, attributes={"SqsManagedSseEnabled": "false"}),
    case("may not be read", UNKNOWN, attributes=DENIED),
)
