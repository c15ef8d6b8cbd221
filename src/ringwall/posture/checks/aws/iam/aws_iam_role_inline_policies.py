"""Policies written into a role do not allow everything, or any key or role.

Why: what is written into a role stands in no list of policies, so that nobody sees how much it is.
Fix: name the actions and resources that are needed, best in a managed policy that is reviewed.

Asked are everything, all of IAM, KMS, Organizations, CloudTrail, Identity Center or Secrets
Manager, passing or becoming any role, and decrypting with any key.
"""

from functools import partial

from ringwall.posture.checking import (
    Check,
    Judgment,
    Severity,
    Subject,
    World,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import judge_inline
from ringwall.posture.checks.aws.iam.writing import cases_of_inline
from ringwall.posture.checks.aws.identities import ROLE, role

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:iam_inline_policy_no_administrative_privileges",
        "prowler:iam_inline_policy_no_full_access_to_kms",
        "prowler:iam_inline_policy_no_full_access_to_cloudtrail",
        "securityhub:KMS.2",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Each by itself; what all together come to is another check's."""
    return judge_inline(it.read("details").get("RolePolicyList") or [], account=it.account)


CASES = cases_of_inline(ROLE, partial(role, {"Service": "ec2.amazonaws.com"}), "RolePolicyList")
