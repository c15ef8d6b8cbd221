"""GuardDuty looks at where functions connect to.

Why: a function that mines or calls home is seen there.
Fix: turn the feature LAMBDA_NETWORK_LOGS on.
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
        "prowler:guardduty_lambda_protection_enabled",
        "securityhub:GuardDuty.6",
    ),
)


FEATURE = "LAMBDA_NETWORK_LOGS"


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    return judge_feature(it, FEATURE, "it looks at where functions connect to")


CASES = cases_of_feature(FEATURE)
