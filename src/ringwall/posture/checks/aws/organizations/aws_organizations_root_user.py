"""Root users of accounts may do nothing.

Why: the root user of an account is under no policy of that account; one of the organisation alone
binds it.
Fix: deny everything where `aws:PrincipalArn` is like `arn:aws:iam::*:root`.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.bounds import READS, asked, bound, deny, judge_bound
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PRIVILEGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=(*READS,),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(5) supporting",
        *PRIVILEGED,
    ),
)
ROOT = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
ROLE = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}


def judge(it: Subject, world: World) -> Judgment | None:
    """By its service control policies; exceptions for a few are well."""
    return judge_bound(
        it, world, asked("s3:DeleteBucket", who="root"), said="root users may do all"
    )


CASES = bound(deny("*", Condition=ROOT), deny("*", Condition=ROLE))
