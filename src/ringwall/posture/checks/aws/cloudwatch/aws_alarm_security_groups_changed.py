"""Somebody is told of changes of security groups.

Why: a port is opened in one call; what nobody is told of nobody answers.
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
from ringwall.posture.checks.aws.cloudwatch.events import called
from ringwall.posture.checks.aws.controls import CHANGES, TOLD, WATCHED

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=READS,
    controls=(
        "cis-aws-3.0 4.10 full",
        "cis-aws-5.0 4.10 full",
        "cis-aws-6.0 5.10 full",
        *WATCHED,
        "nist-800-53r5 AU-6(1) partial",
        "nist-800-53r5 SI-4(5) partial",
        "pci-dss-4 10.4.1.1 supporting",
        *TOLD,
        *CHANGES,
    ),
    known_as=(
        "prowler:cloudwatch_log_metric_filter_security_group_changes",
        "securityhub:CloudWatch.10",
    ),
)
_NAMES = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "CreateSecurityGroup",
    "DeleteSecurityGroup",
)
_WANTED = called("ec2", *_NAMES)


def judge(it: Subject, world: World) -> Judgment | None:
    """By filters of a trail of all regions that match it, with alarms that tell somebody."""
    return judge_alarm(it, world, _WANTED)


def _pattern(*names: str) -> str:
    return f"{{ {' || '.join(f'($.eventName = {name})' for name in names)} }}"


CASES = alarmed(_pattern(*_NAMES), _pattern(*_NAMES[1:]), "{ $.eventName = * }")
