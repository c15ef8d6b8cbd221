"""Queues are not for everybody.

Why: whoever may send has your workers do things; whoever may receive takes messages away.
Fix: name accounts or services in the queue's policy, or bind it by `aws:SourceArn`.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.admitting import admitting, by_attributes
from ringwall.posture.checks.aws.controlled import READS
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.strangers import arn_of, judge_strangers

CHECK = Check(
    judges="aws-sqs-queue",
    severity=Severity.HIGH,
    reads=("attributes", *READS),
    controls=NOT_PUBLIC,
    known_as=(
        "prowler:sqs_queues_not_publicly_accessible",
        "checkov:CKV_AWS_168",
        "securityhub:SQS.3",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("attributes").get("Policy"), arn_of(it, "sqs:{label}"))


CASES = admitting("sqs:SendMessage", by_attributes, "attributes")
