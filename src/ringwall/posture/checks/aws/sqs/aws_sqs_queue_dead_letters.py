"""Messages that fail are kept.

Why: what cannot be worked on is tried until it is thrown away, and nobody knows.
Fix: give the queue a dead-letter queue.
"""

import json

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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-sqs-queue",
    severity=Severity.INFORMATIONAL,
    reads=(
        "attributes",
        "aws-sqs-queue.attributes",
    ),
    controls=RESILIENT,
)


def _dead_letters(queue: Subject) -> list[str]:
    told = queue.read("attributes").get("RedrivePolicy")
    return [json.loads(told)["deadLetterTargetArn"]] if told else []


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    if it.read("attributes").get("RedrivePolicy"):
        return passes("it has a dead-letter queue")
    if world.where("aws-sqs-queue", _dead_letters, it.name):
        return passes("it is one")
    return fails("it has no dead-letter queue")


CASES = (
    case("has one", PASS, attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": "d"})}),
    case(
        "is one",
        PASS,
        other(
            "aws-sqs-queue",
            "q",
            attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": "it"})},
        ),
        attributes={},
    ),
    case("none", FAIL, attributes={}),
    case("may not be read", UNKNOWN, attributes=DENIED),
)
