"""Policies say what they allow, not what they do not.

Why: `NotAction` with Allow gives every action that AWS will ever add.
Fix: list the actions that are needed.
"""

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.iam.writing import BOUNDING
from ringwall.posture.checks.aws.statements import (
    BOUNDS,
    bounds_alone,
    current,
    is_aws_own,
    statements,
)

CHECK = Check(
    judges="aws-iam-policy",
    severity=Severity.MEDIUM,
    reads=("details",),
    controls=LEAST_PRIVILEGE,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """With Deny it is the usual way to bind somebody."""
    if is_aws_own(it.name):
        return None
    told = it.read("details")
    if bounds_alone(told):
        return passes(BOUNDS)
    for one in statements(current(told)):
        if one.get("Effect") == "Allow" and one.get("NotAction"):
            return fails(f"it allows all but {one['NotAction']}")
    return passes("it names what it allows")


def _details(**statement: object) -> dict[str, object]:
    version = {"IsDefaultVersion": True, "Document": {"Statement": statement}}
    return {"PolicyVersionList": [version]}


OWN = "arn:aws:iam::1:policy/p"
CASES = (
    case("named", PASS, name=OWN, details=_details(Effect="Allow", Action="s3:*", Resource="*")),
    case(
        "denies the rest",
        PASS,
        name=OWN,
        details=_details(Effect="Deny", NotAction="iam:*", Resource="*"),
    ),
    case(
        "all but", FAIL, name=OWN, details=_details(Effect="Allow", NotAction="iam:*", Resource="*")
    ),
    case(
        "it only bounds",
        PASS,
        name=OWN,
        details=_details(Effect="Allow", NotAction="iam:*", Resource="*") | BOUNDING,
    ),
    case(
        "no JSON",
        UNKNOWN,
        name=OWN,
        details={"PolicyVersionList": [{"IsDefaultVersion": True, "Document": "{"}]},
    ),
)
