"""Logs are kept for a year, and not for ever.

Why: what is gone cannot be asked; what is kept for ever is lost in the end.
Fix: set the group's retention, 365 days where it is of security.
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-logs-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=(
        *KEPT,
        "pci-dss-4 10.5.1 partial",
    ),
    known_as=(
        "prowler:cloudwatch_log_group_retention_policy_specific_days_enabled",
        "securityhub:CloudWatch.16",
        "checkov:CKV_AWS_338",
    ),
    remedy="aws-logs-retention",
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    days = it.read("listed").get("retentionInDays")
    if days is None:
        return fails("it is kept for ever", Severity.INFORMATIONAL)
    return (
        passes(f"it is kept for {days} days")
        if days >= 365
        else fails(f"it is kept for {days} days")
    )


CASES = (
    case("a year", PASS, listed={"retentionInDays": 365}),
    case("a week", FAIL, listed={"retentionInDays": 7}),
    case("for ever", FAIL, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
