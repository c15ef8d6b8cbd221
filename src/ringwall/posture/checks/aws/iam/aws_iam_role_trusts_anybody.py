"""Roles do not trust everybody.

Why: whoever has any AWS account can then become the role.
Fix: name the accounts, or bind the statement by `aws:PrincipalOrgID` or an external id.
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
from ringwall.posture.checks.aws.strangers import named, open_statements

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.CRITICAL,
    reads=("details",),
    controls=(
        "nist-800-53r5 AC-3 full",
        "nist-800-53r5 AC-6 partial",
        "nist-csf-2.0 PR.AA-05 partial",
        "soc2 CC6.1 partial",
    ),
    known_as=("checkov:CKV_AWS_61",),
)


def judge(it: Subject, world: World) -> Judgment:
    """A principal of `*` that no condition narrows."""
    found = list(open_statements(it.read("details")["AssumeRolePolicyDocument"]))
    if found:
        return fails(f"whoever has an AWS account may {named(found)}")
    return passes("it trusts whom it names")


def _trust(**statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Action": "sts:AssumeRole"} | statement
    return {"AssumeRolePolicyDocument": {"Statement": [one]}}


CASES = (
    case("a service", PASS, details=_trust(Principal={"Service": "ec2.amazonaws.com"})),
    case("an account", PASS, details=_trust(Principal={"AWS": "arn:aws:iam::1:root"})),
    case(
        "all of the organisation",
        PASS,
        details=_trust(
            Principal={"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
        ),
    ),
    case("everybody", FAIL, details=_trust(Principal={"AWS": "*"})),
    case("everybody, shorter", FAIL, details=_trust(Principal="*")),
    case(
        "everybody in a list", FAIL, details=_trust(Principal={"AWS": ["arn:aws:iam::1:root", "*"]})
    ),
    case("all but one", FAIL, details=_trust(NotPrincipal={"AWS": "arn:aws:iam::1:root"})),
    case(
        "of any organisation",
        FAIL,
        details=_trust(Principal="*", Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
    ),
    case("no JSON", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
)
