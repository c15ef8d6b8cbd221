"""No policy lets somebody pass any role.

Why: whoever may pass any role to a service becomes the strongest of them.
Fix: name the roles in the statement's resource, and the service in `iam:PassedToService`.
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
from ringwall.posture.checks.aws.granting import PASS_ANY_ROLE, judge_granted
from ringwall.posture.checks.aws.statements import current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.HIGH,
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(1) partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    document = current(it.read("details"))
    return judge_granted(
        document,
        PASS_ANY_ROLE,
        account=it.account,
        well="it passes no role, or only those it names",
    )


def _details(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Resource": "*"} | statement
    version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
    return {"AttachmentCount": 1, "PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("others", PASS, name=OWN, details=_details(Action="s3:GetObject")),
    case(
        "under a condition",
        PASS,
        name=OWN,
        details=_details(Action="iam:PassRole", Condition={"StringEquals": {"a": "b"}}),
    ),
    case(
        "one resource",
        PASS,
        name=OWN,
        details=_details(Action="iam:PassRole", Resource="arn:aws:iam::1:role/r"),
    ),
    case("every resource", FAIL, name=OWN, details=_details(Action=["iam:PassRole"])),
    case("by a pattern", FAIL, name=OWN, details=_details(Action="iam:Pass*")),
    case("by what it leaves out", FAIL, name=OWN, details=_details(NotAction="s3:*")),
    case(
        "every role by its ARN",
        FAIL,
        name=OWN,
        details=_details(Action="iam:PassRole", Resource="arn:aws:iam::*:role/*"),
    ),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::aws:policy/P",
        details=_details(Action="iam:PassRole"),
    ),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
