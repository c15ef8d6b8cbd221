"""Policies written into a group do not read all that is stored.

Why: whoever becomes one of the group reads every bucket, table, secret or parameter of the account,
and those of which nobody thought when it was written.
Fix: name the resources that are needed, by a prefix of their names if there are many.

Asked are objects of S3, tables of DynamoDB, secrets, and parameters of Systems Manager. What allows
everything is told by the check of inline policies.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ANY_DATA, judge_written
from ringwall.posture.checks.aws.iam.writing import READING, cases_of_written
from ringwall.posture.checks.aws.identities import GROUP, group

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("checkov:CKV_AWS_288",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Each by itself; what all together come to is another check's."""
    written = it.read("details").get("GroupPolicyList") or []
    well = "what is written into it does not read all that is stored"
    return judge_written(written, ANY_DATA, account=it.account, well=well)


CASES = cases_of_written(GROUP, group, "GroupPolicyList", READING)
