"""Accounts cannot leave the organisation.

Why: an account that leaves takes its data along, and leaves every policy behind.
Fix: deny `organizations:LeaveOrganization` in a service control policy of the root.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.bounds import READS, asked, bound, deny, judge_bound
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=(*READS,),
    controls=(
        *KEPT,
        "nist-800-53r5 AC-3 supporting",
        "iso-27001-2022 A.5.23 supporting",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its service control policies; exceptions for a few are well."""
    return judge_bound(
        it,
        world,
        asked("organizations:LeaveOrganization"),
        said="whoever owns an account may take it away",
    )


CASES = bound(deny("organizations:LeaveOrganization"), deny("organizations:CreateAccount"))
