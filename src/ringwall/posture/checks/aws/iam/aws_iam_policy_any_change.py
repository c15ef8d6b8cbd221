"""No policy changes whatever there is.

Why: whoever has it deletes, opens or replaces what nobody had in mind when it was written, all at
once if they like.
Fix: name the resources that are meant, by a prefix of their names or by a tag in a condition.

Asked are deleting objects and opening buckets of S3, ending machines and opening security groups,
changing what functions run, and deleting databases and tables.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ANY_CHANGE
from ringwall.posture.checks.aws.iam.writing import cases_of_own_policy, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("checkov:CKV_AWS_290", "checkov:CKV_AWS_111"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(it, ANY_CHANGE, well="it changes what it names")


CASES = cases_of_own_policy(
    "s3:DeleteObject", pattern="s3:Delete*", every="arn:aws:s3:::*/*", harmless="s3:GetObject"
)
