"""No policy decrypts with any key.

Why: keys of other data, made later for somebody else, open for it too.
Fix: name the keys in the statement's resource.
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
from ringwall.posture.checks.aws.granting import ANY_KEY, judge_granted
from ringwall.posture.checks.aws.statements import current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 SC-12 supporting",
        "ccm-4 CEK-03 supporting",
    ),
    known_as=("securityhub:KMS.1",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    document = current(it.read("details"))
    return judge_granted(
        document,
        ANY_KEY,
        account=it.account,
        well="it decrypts with no key, or only with those it names",
    )


def _details(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Resource": "*"} | statement
    version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
    return {"AttachmentCount": 1, "PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("others", PASS, name=OWN, details=_details(Action="kms:ListKeys")),
    case(
        "under a condition",
        PASS,
        name=OWN,
        details=_details(Action="kms:Decrypt", Condition={"StringEquals": {"a": "b"}}),
    ),
    case(
        "one resource",
        PASS,
        name=OWN,
        details=_details(Action="kms:Decrypt", Resource="arn:aws:iam::1:role/r"),
    ),
    case("every resource", FAIL, name=OWN, details=_details(Action=["kms:Decrypt"])),
    case("by a pattern", FAIL, name=OWN, details=_details(Action="kms:De*")),
    case("by what it leaves out", FAIL, name=OWN, details=_details(NotAction="s3:*")),
    case(
        "every key by its ARN",
        FAIL,
        name=OWN,
        details=_details(Action="kms:Decrypt", Resource="arn:aws:kms:*:*:key/*"),
    ),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::aws:policy/P",
        details=_details(Action="kms:Decrypt"),
    ),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
