"""GuardDuty looks at sign-ins to databases.

Why: guessed and stolen passwords of databases are seen there.
Fix: turn the feature RDS_LOGIN_EVENTS on.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import INTRUSIONS, WATCHED
from ringwall.posture.checks.aws.guardduty.features import cases_of_feature, judge_feature

CHECK = Check(
    judges="aws-guardduty-detector",
    severity=Severity.LOW,
    reads=("detector",),
    controls=(
        *WATCHED,
        *INTRUSIONS,
    ),
    known_as=(
        "prowler:guardduty_rds_protection_enabled",
        "securityhub:GuardDuty.9",
    ),
)


FEATURE = "RDS_LOGIN_EVENTS"


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    return judge_feature(it, FEATURE, "it looks at sign-ins to databases")


CASES = cases_of_feature(FEATURE)
