"""Accounts cannot switch off their trails.

Why: whoever takes over an account first puts out the light.
Fix: deny `cloudtrail:StopLogging`, `DeleteTrail` and `UpdateTrail` in a service control policy, but
for the role that keeps trails.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.bounds import READS, asked, bound, deny, judge_bound
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=(*READS,),
    controls=(
        *LOGGED,
        "nist-800-53r5 AU-9(4) partial",
    ),
)
SPARED = {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/trail-keeper"}}}
NOBODY = {"StringEquals": {"aws:RequestedRegion": "mars-north-1"}}


def judge(it: Subject, world: World) -> Judgment | None:
    """By its service control policies; exceptions for a few are well."""
    return judge_bound(
        it,
        world,
        asked("cloudtrail:StopLogging"),
        asked("cloudtrail:DeleteTrail"),
        said="trails end as each account likes",
    )


CASES = bound(
    deny("cloudtrail:Stop*", "cloudtrail:Delete*", **SPARED),
    deny("cloudtrail:StopLogging"),
    deny("cloudtrail:StopLogging", "cloudtrail:DeleteTrail", Condition=NOBODY),
)
