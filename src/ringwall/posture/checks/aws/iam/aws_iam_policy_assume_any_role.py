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
    fails,
    passes,
)
from ringwall.posture.checks.aws.statements import allowed_everywhere, current, is_aws_own

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=("nist-800-53r5 AC-6 partial",),
    known_as=("prowler:iam_no_custom_policy_permissive_role_assumption", "securityhub:IAM.21"),
)
_ACTIONS = frozenset(("sts:assumerole", "sts:*"))


def judge(it: Subject, world: World) -> Judgment | None:
    """On every resource and under no condition; AWS's own policies are not yours to change."""
    if is_aws_own(it.name):
        return None
    found = allowed_everywhere(current(it.read("details")), _ACTIONS)
    if found:
        return fails(f"it allows {', '.join(found)} on every resource")
    return passes("it assumes no role, or only those it names")


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
