"""Somebody is told of sign-ins that fail.

Why: somebody guesses; what nobody is told of nobody answers.
Fix: filter a trail's log group for it, and have an alarm on the metric tell somebody; or detect
it in Ringwall, and accept this.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.cloudwatch.alarms import READS, alarmed, judge_alarm
from ringwall.posture.checks.aws.cloudwatch.events import signed_in
from ringwall.posture.checks.aws.controls import TOLD, WATCHED

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=READS,
    controls=(
        "cis-aws-3.0 4.6 full",
        "cis-aws-5.0 4.6 full",
        "cis-aws-6.0 5.6 full",
        *WATCHED,
        "nist-800-53r5 AU-6(1) partial",
        "nist-800-53r5 SI-4(5) partial",
        "pci-dss-4 10.4.1.1 supporting",
        *TOLD,
    ),
    known_as=(
        "prowler:cloudwatch_log_metric_filter_authentication_failures",
        "securityhub:CloudWatch.6",
    ),
)
_FAILED = {"responseElements": {"ConsoleLogin": "Failure"}}
_WANTED = (signed_in(errorMessage="Failed authentication", **_FAILED),)
_SPARED = (signed_in(),)


def judge(it: Subject, world: World) -> Judgment | None:
    """By filters of a trail of all regions that match it, with alarms that tell somebody."""
    return judge_alarm(it, world, _WANTED, _SPARED)


CASES = alarmed(
    '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
    "{ $.eventName = ConsoleLogin }",
    '{ ($.eventName = ConsoleLogin) && ($.errorMessage != "Failed*") }',
)
