"""Users do not come to every permission by those they have.

Why: a permission to write policies, to make keys of others, or to pass a role to something new is
as good as all permissions that can be had so; whoever takes over the user takes the account.
Fix: name in the statement the resources that are meant; bind `iam:PassRole` to roles and by
`iam:PassedToService`; set a boundary.

Decided for each published technique that needs nothing but IAM and the passing of roles, with
resources, conditions and boundaries as they are. What its organisation's control policies deny
counts, if the management account that tells them was read in the last two days. Becoming a role
that trusts the user is no escalation by itself.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.authorization import BESIDE, READS, escalating
from ringwall.posture.checks.aws.controlled import READS as BINDING
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PRIVILEGED
from ringwall.posture.checks.aws.iam.rising import cases_of_rising

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.HIGH,
    reads=(*READS, *BINDING, *BESIDE),
    beside=BESIDE,
    controls=(
        *LEAST_PRIVILEGE,
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_policy_allows_privilege_escalation",),
    references=("https://pathfinding.cloud",),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Whoever has every permission already is judged by other checks. Code has no whole account."""
    return escalating(world, it) if it.name.startswith("arn:") else None


CASES = cases_of_rising("User")
