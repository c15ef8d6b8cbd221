"""GuardDuty looks at reads of buckets.

Why: a thief with good keys is seen by how they read.
Fix: turn the feature S3_DATA_EVENTS on.
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
        "prowler:guardduty_s3_protection_enabled",
        "securityhub:GuardDuty.10",
    ),
)


FEATURE = "S3_DATA_EVENTS"


def judge(it: Subject, world: World) -> Judgment | None:
    """Of detectors that are on."""
    return judge_feature(it, FEATURE, "it looks at reads of buckets")


CASES = cases_of_feature(FEATURE)
