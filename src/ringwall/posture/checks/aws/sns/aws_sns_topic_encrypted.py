"""Topics are encrypted with a key.

Why: messages lie at rest until they are delivered.
Fix: give the topic a key.
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
    judges="aws-sns-topic",
    severity=Severity.LOW,
    reads=("attributes",),
    controls=AT_REST,
    known_as=(
        "prowler:sns_topics_kms_encryption_at_rest_enabled",
        "checkov:CKV_AWS_26",
        "securityhub:SNS.1",
    ),
    remedy="aws-sns-encryption",
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    key = it.read("attributes").get("KmsMasterKeyId")
    return passes(f"it is encrypted with {key}") if key else fails("it has no key")


CASES = (
    case("a key", PASS, attributes={"KmsMasterKeyId": "alias/aws/sns"}),
    case("none", FAIL, attributes={}),
    case("may not be read", UNKNOWN, attributes=DENIED),
)
