"""Policies written into a group do not change whatever there is.

Why: whoever becomes one of the group deletes, opens or replaces what nobody had in mind
when it was written, all at once if they like.
Fix: name the resources that are meant, by a prefix of their names or by a tag in a condition.

Asked are deleting objects and opening buckets of S3, ending machines and opening security groups,
changing what functions run, and deleting databases and tables. What allows everything is told by
the check of inline policies.
"""

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import ANY_CHANGE, judge_written
from ringwall.posture.checks.aws.iam.writing import CHANGING, cases_of_written
from ringwall.posture.checks.aws.identities import GROUP, group

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("checkov:CKV_AWS_290",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Each by itself; what all together come to is another check's."""
    written = it.read("details").get("GroupPolicyList") or []
    well = "what is written into it changes what it names, or nothing"
    return judge_written(written, ANY_CHANGE, account=it.account, well=well)


CASES = cases_of_written(GROUP, group, "GroupPolicyList", CHANGING)
