"""Policies do not allow whole services of security.

Why: who may do all of IAM, KMS, Organizations or CloudTrail gives themselves the rest, and wipes
the traces.
Fix: name the actions that are needed.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.granting import WHOLE_SERVICES
from ringwall.posture.checks.aws.iam.writing import BOUNDING, judge_own_policy

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(5) partial",
    ),
    known_as=(
        "prowler:iam_policy_no_full_access_to_kms",
        "prowler:iam_policy_no_full_access_to_cloudtrail",
        "securityhub:IAM.21",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    return judge_own_policy(it, WHOLE_SERVICES, well="it allows no whole service of these")


def _details(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Resource": "*"} | statement
    version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
    return {"AttachmentCount": 1, "PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("others", PASS, name=OWN, details=_details(Action="s3:*")),
    case(
        "under a condition",
        PASS,
        name=OWN,
        details=_details(Action="kms:*", Condition={"StringEquals": {"a": "b"}}),
    ),
    case(
        "one resource",
        PASS,
        name=OWN,
        details=_details(Action="kms:*", Resource="arn:aws:iam::1:role/r"),
    ),
    case("every resource", FAIL, name=OWN, details=_details(Action=["kms:*"])),
    case("by what it leaves out", FAIL, name=OWN, details=_details(NotAction="s3:*")),
    case(
        "every key by its ARN",
        FAIL,
        name=OWN,
        details=_details(Action="kms:*", Resource="arn:aws:kms:*:*:key/*"),
    ),
    case(
        "AWS's own", NOT_JUDGED, name="arn:aws:iam::aws:policy/P", details=_details(Action="kms:*")
    ),
    case("it only bounds", PASS, name=OWN, details=_details(Action="kms:*") | BOUNDING),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
