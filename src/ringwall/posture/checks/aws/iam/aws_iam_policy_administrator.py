"""No policy of your own allows everything.

Why: whoever has such a policy, or gets it, owns the account; no other policy counts then.
Fix: name the services and actions that are needed; keep AWS's own AdministratorAccess for the few
who need it.
"""

from collections.abc import Mapping

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
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import PRIVILEGED
from ringwall.posture.checks.aws.granting import EVERYTHING, granted
from ringwall.posture.checks.aws.iam.writing import BOUNDING, BOUNDING_TOO
from ringwall.posture.checks.aws.statements import BOUNDS, bounds_alone, current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.HIGH,
    reads=("details",),
    controls=(
        "cis-aws-3.0 1.16 partial",
        "cis-aws-5.0 1.15 partial",
        "cis-aws-6.0 2.15 partial",
        "nist-800-53r5 AC-6 partial",
        "nist-csf-2.0 PR.AA-05 partial",
        "pci-dss-4 7.2.1 partial",
        "soc2 CC6.3 partial",
        "iso-27001-2022 A.5.15 partial",
        *PRIVILEGED,
    ),
    known_as=(
        "prowler:iam_customer_attached_policy_no_administrative_privileges",
        "prowler:iam_customer_unattached_policy_no_administrative_privileges",
        "securityhub:IAM.1",
        "checkov:CKV_AWS_62",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Worse where it is attached to somebody. AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    told = it.read("details")
    if bounds_alone(told):
        return passes(BOUNDS)
    number = it.number
    if not granted(current(told), EVERYTHING, account=number):
        return passes("it does not allow everything")
    count = int(told.get("AttachmentCount", 0))
    severity = Severity.CRITICAL if count else Severity.MEDIUM
    return fails(f"it allows everything, and is attached to {count}", severity)


def _details(*several: Mapping[str, object], count: int = 1) -> dict[str, object]:
    version = {"IsDefaultVersion": True, "Document": {"Statement": list(several)}}
    return {"AttachmentCount": count, "PolicyVersionList": [version]}


OWN, ALL = "arn:aws:iam::1:policy/p", {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = ALL | {"Effect": "Deny"}
FACTOR = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
CASES = (
    case("some", PASS, name=OWN, details=_details(ALL | {"Action": "s3:*"})),
    case("denied", PASS, name=OWN, details=_details(ALL | {"Effect": "Deny"})),
    case("one resource", PASS, name=OWN, details=_details(ALL | {"Resource": "arn:aws:s3:::b"})),
    case("all", FAIL, name=OWN, details=_details(ALL)),
    case(
        "all, in a list",
        FAIL,
        name=OWN,
        details=_details({"Effect": "Allow", "Action": ["a:b", "*"], "Resource": ["*"]}),
    ),
    case("all, by a pattern", FAIL, name=OWN, details=_details(ALL | {"Action": "*:*"})),
    case(
        "all, in two parts",
        FAIL,
        name=OWN,
        details=_details(
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ALL | {"Action": "iam:*"}
        ),
    ),
    case("allowed, and denied again", PASS, name=OWN, details=_details(ALL, DENY)),
    case("with a second factor", PASS, name=OWN, details=_details(ALL | {"Condition": FACTOR})),
    case("unattached", FAIL, name=OWN, details=_details(ALL, count=0)),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::aws:policy/AdministratorAccess",
        details=_details(ALL),
    ),
    case("it only bounds", PASS, name=OWN, details=_details(ALL) | BOUNDING),
    case("it bounds, too", FAIL, name=OWN, details=_details(ALL) | BOUNDING_TOO),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
