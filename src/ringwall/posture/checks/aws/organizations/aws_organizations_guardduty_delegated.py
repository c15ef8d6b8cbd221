"""GuardDuty is run for the whole organisation, from an account of its own.

Why: an account that watches itself is blind once it is taken over, and nobody watches new ones.
Fix: name an account for security its delegated administrator, in the management account.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import WATCHED
from ringwall.posture.checks.aws.organizations.delegating import cases_of, judge_delegated

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=("organization", "delegated_guardduty"),
    controls=WATCHED,
    known_as=("prowler:guardduty_delegated_admin_enabled_all_regions",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the management account alone: others may not read it."""
    return judge_delegated(it, "delegated_guardduty", "GuardDuty")


CASES = cases_of("delegated_guardduty")
