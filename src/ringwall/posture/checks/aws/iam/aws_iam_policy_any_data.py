"""No policy reads all that is stored.

Why: whoever has it reads every bucket, table, secret or parameter of the account, and those of
which nobody thought when it was written.
Fix: name the resources that are needed, by a prefix of their names if there are many.

Asked are objects of S3, tables of DynamoDB, secrets, and parameters of Systems Manager.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ANY_DATA
from ringwall.posture.checks.aws.iam.writing import cases_of_own_policy, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("checkov:CKV_AWS_288", "checkov:CKV_AWS_108"),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(it, ANY_DATA, well="it reads what it names")


CASES = cases_of_own_policy(
    "s3:GetObject", pattern="s3:Get*", every="arn:aws:s3:::*/*", harmless="s3:ListAllMyBuckets"
)
