"""No policy lets somebody assume any role.

Why: every role that trusts the account is then theirs, also those made later.
Fix: name the roles in the statement's resource.
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
from ringwall.posture.checks.aws.granting import ASSUME_ANY_ROLE, judge_granted
from ringwall.posture.checks.aws.statements import current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
    known_as=("prowler:iam_no_custom_policy_permissive_role_assumption",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Asked of one that nobody thought of; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    document = current(it.read("details"))
    return judge_granted(
        document,
        ASSUME_ANY_ROLE,
        account=it.account,
        well="it assumes no role, or only those it names",
    )


def _details(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Resource": "*"} | statement
    version = {"IsDefaultVersion": True, "Document": {"Statement": one}}
    return {"AttachmentCount": 1, "PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("others", PASS, name=OWN, details=_details(Action="sts:GetCallerIdentity")),
    case(
        "under a condition",
        PASS,
        name=OWN,
        details=_details(Action="sts:AssumeRole", Condition={"StringEquals": {"a": "b"}}),
    ),
    case(
        "one resource",
        PASS,
        name=OWN,
        details=_details(Action="sts:AssumeRole", Resource="arn:aws:iam::1:role/r"),
    ),
    case("every resource", FAIL, name=OWN, details=_details(Action=["sts:AssumeRole"])),
    case("by a pattern", FAIL, name=OWN, details=_details(Action="sts:Assume*")),
    case("by what it leaves out", FAIL, name=OWN, details=_details(NotAction="s3:*")),
    case(
        "every role by its ARN",
        FAIL,
        name=OWN,
        details=_details(Action="sts:AssumeRole", Resource="arn:aws:iam::*:role/*"),
    ),
    case(
        "AWS's own",
        NOT_JUDGED,
        name="arn:aws:iam::aws:policy/P",
        details=_details(Action="sts:AssumeRole"),
    ),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
