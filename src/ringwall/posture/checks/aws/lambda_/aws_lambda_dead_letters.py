"""Calls that fail are kept.

Why: what nobody waits for is tried three times and then gone, with nothing to say so.
Fix: give the function a dead-letter queue, or a destination on failure.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-lambda-function",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=RESILIENT,
    known_as=(
        "prowler:awslambda_function_no_dead_letter_queue",
        "checkov:CKV_AWS_116",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    target = (it.read("listed").get("DeadLetterConfig") or {}).get("TargetArn")
    return passes(f"they go to {target}") if target else fails("they are gone")


CASES = (
    case("kept", PASS, listed={"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:r:1:q"}}),
    case("gone", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
