"""Security Hub is run for the whole organisation, from an account of its own.

Why: what is found in one account is seen by nobody else, and new accounts are seen by nobody.
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
    reads=("organization", "delegated_security_hub"),
    controls=WATCHED,
    known_as=("prowler:securityhub_delegated_admin_enabled_all_regions",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the management account alone: others may not read it."""
    return judge_delegated(it, "delegated_security_hub", "Security Hub")


CASES = cases_of("delegated_security_hub")
