"""Accounts work only in regions that are meant.

Why: what runs in a region where nobody looks is found by the bill, if at all.
Fix: deny what is not global outside of the regions you use, by `aws:RequestedRegion`.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.bounds import READS, asked, bound, deny, judge_bound
from ringwall.posture.checks.aws.controls import HARDENED, PERIMETER

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=(*READS,),
    controls=(
        *PERIMETER,
        *HARDENED,
        "iso-27001-2022 A.5.23 supporting",
    ),
    known_as=("prowler:organizations_scp_check_deny_regions",),
)
OUTSIDE = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}
INSIDE = {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}


def judge(it: Subject, world: World) -> Judgment | None:
    """By its service control policies; exceptions for a few are well."""
    return judge_bound(
        it, world, asked("ec2:RunInstances", region="af-south-1"), said="machines may run anywhere"
    )


CASES = bound(
    deny("*", Condition=OUTSIDE), deny("s3:*", Condition=OUTSIDE), deny("*", Condition=INSIDE)
)
