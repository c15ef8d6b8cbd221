"""No policy lets somebody pass any role.

Why: whoever may pass any role to a service becomes the strongest of them.
Fix: name the roles in the statement's resource, and the service in `iam:PassedToService`.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import PASS_ANY_ROLE
from ringwall.posture.checks.aws.iam.writing import cases_of_own_policy, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.HIGH,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(1) partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(it, PASS_ANY_ROLE, well="it passes no role, or only those it names")


CASES = cases_of_own_policy(
    "iam:PassRole", pattern="iam:Pass*", every="arn:aws:iam::*:role/*", harmless="s3:GetObject"
)
