"""Policies written into a group do not allow everything, or any key or role.

Why: what is written into a group stands in no list of policies, so that nobody sees how much it is.
Fix: name the actions and resources that are needed, best in a managed policy that is reviewed.

Asked are everything, all of IAM, KMS, Organizations, CloudTrail, Identity Center or Secrets
Manager, passing or becoming any role, and decrypting with any key.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.granting import judge_inline
from ringwall.posture.checks.aws.identities import GROUP, allow, group

CHECK = Check(
    judges="aws-iam-group",
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
    return judge_inline(it.read("details").get("GroupPolicyList") or [], account=it.account)


FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
LEFT = {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}
KEYS = allow("kms:De*", Resource="arn:aws:kms:*:*:key/*")
ONE_KEY = allow("kms:Decrypt", Resource="arn:aws:kms:eu-west-1:111122223333:key/k")
BROKEN = [{"PolicyName": "own", "PolicyDocument": "{"}]
CASES = (
    case("none", PASS, name=GROUP, details=group()),
    case("what it needs", PASS, name=GROUP, details=group(allow("s3:GetObject"), ONE_KEY)),
    case("everything", FAIL, name=GROUP, details=group(allow("*"))),
    case("all of a service", FAIL, name=GROUP, details=group(allow("s3:Get*", "iam:*"))),
    case("any role", FAIL, name=GROUP, details=group(allow("iam:PassRole"))),
    case("any key, by a pattern", FAIL, name=GROUP, details=group(KEYS)),
    case("by what it leaves out", FAIL, name=GROUP, details=group(LEFT)),
    case("with a second factor", PASS, name=GROUP, details=group(allow("*", Condition=FACTOR))),
    case("denied again", PASS, name=GROUP, details=group(allow("*"), allow("*", Effect="Deny"))),
    case("broken", UNKNOWN, name=GROUP, details=group(GroupPolicyList=BROKEN)),
    case("may not be read", UNKNOWN, name=GROUP, details=DENIED),
)
