"""Topics are not for everybody.

Why: whoever may publish starts what the topic starts; whoever may subscribe reads all that is
said.
Fix: name accounts or services in the topic's policy, or bind it by `aws:SourceAccount`.
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
    judges="aws-sns-topic",
    severity=Severity.HIGH,
    reads=("attributes", *READS),
    controls=NOT_PUBLIC,
    known_as=(
        "prowler:sns_topics_not_publicly_accessible",
        "checkov:CKV_AWS_169",
        "securityhub:SNS.4",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As the engine decides it for strangers, conditions and denials considered."""
    return judge_strangers(it, it.read("attributes").get("Policy"), arn_of(it, "sns:{label}"))


CASES = admitting("sns:Publish", by_attributes, "attributes")
