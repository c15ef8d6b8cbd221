"""No policy lets somebody assume any role.

Why: every role that trusts the account is then theirs, also those made later.
Fix: name the roles in the statement's resource.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ASSUME_ANY_ROLE
from ringwall.posture.checks.aws.iam.writing import cases_of_own_policy, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("prowler:iam_no_custom_policy_permissive_role_assumption",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(it, ASSUME_ANY_ROLE, well="it assumes no role, or only those it names")


CASES = cases_of_own_policy(
    "sts:AssumeRole",
    pattern="sts:Assume*",
    every="arn:aws:iam::*:role/*",
    harmless="sts:GetCallerIdentity",
)
