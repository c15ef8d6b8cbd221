"""Roles do not trust everybody.

Why: whoever has any AWS account can then become the role.
Fix: name the accounts, or bind the statement by `aws:PrincipalOrgID` or an external id.
"""

from typing import Any

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
from ringwall.posture.checks.aws.controlled import READS, bound, cases_within, policy
from ringwall.posture.checks.aws.controls import NOT_PUBLIC
from ringwall.posture.checks.aws.trusting import weak
from ringwall.posture.permissions.deciding import Outcome as Decided
from ringwall.posture.permissions.trust import Weakness

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.CRITICAL,
    reads=("details", *READS),
    controls=NOT_PUBLIC,
    known_as=("checkov:CKV_AWS_60", "checkov:CKV_AWS_61"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Asked as any account's role or user would ask, whatever the conditions look like."""
    found, kept_out = weak(it, Weakness.EVERYBODY)
    if kept_out:
        return passes(f"its trust would let everybody in, and {kept_out} keeps them out")
    if not found:
        return passes("it trusts whom it names")
    decision = found[0].decision
    if decision.outcome is Decided.CONDITIONAL:
        keys = ", ".join(sorted(decision.keys))
        said = f"whoever has an AWS account may become {it.label}, as far as {keys} admit it"
        return fails(said, Severity.HIGH)
    return fails(f"whoever has an AWS account may become {it.label}")


def _trust(*, denied: object = None, more: Any = None, **statement: object) -> dict[str, object]:
    one = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    several = [one | statement]
    if denied:
        several.append(one | {"Effect": "Deny", "Principal": "*", "Condition": denied})
    if more:
        several.append(one | more)
    return {"AssumeRolePolicyDocument": {"Statement": several}}


ID = {"sts:ExternalId": "f3a1c2b4"}
NAME = {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}
NO_FACTOR = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
BY_KEY = {"Null": {"aws:MultiFactorAuthAge": "true"}}
OTHER = "arn:aws:iam::444455556666:root"
UNITS = {"aws:PrincipalOrgPaths": ["o-1/r-1/ou-1/*"]}
IF_EXISTS = {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
ALL_OF = {"ForAllValues:StringLike": UNITS}
ANY_OF = {"ForAnyValue:StringLike": UNITS}
OUTSIDE = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
SPARING = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sts:*",
    "Resource": "*",
    "Condition": OUTSIDE | {"Null": {"aws:PrincipalOrgID": "false"}},
}
ODD = {"StringSeemsLike": {"aws:PrincipalOrgID": "o-1"}}
CASES = (
    case("a service", PASS, details=_trust(Principal={"Service": "ec2.amazonaws.com"})),
    case("an account", PASS, details=_trust(Principal={"AWS": "arn:aws:iam::444455556666:root"})),
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
        "everybody in a list",
        FAIL,
        details=_trust(Principal={"AWS": ["arn:aws:iam::444455556666:root", "*"]}),
    ),
    case(
        "all but one", FAIL, details=_trust(NotPrincipal={"AWS": "arn:aws:iam::444455556666:root"})
    ),
    case(
        "of any organisation",
        FAIL,
        details=_trust(Principal="*", Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
    ),
    case("whoever has no second factor", FAIL, details=_trust(Principal="*", Condition=NO_FACTOR)),
    case("by a key", FAIL, details=_trust(Principal="*", Condition=BY_KEY)),
    case("by an id", FAIL, details=_trust(Principal="*", Condition={"StringEquals": ID})),
    case("whoever is called so", FAIL, details=_trust(Principal="*", Condition={"ArnLike": NAME})),
    case(
        "denied outside of the organisation",
        PASS,
        details={
            "AssumeRolePolicyDocument": {
                "Statement": [
                    {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "*",
                        "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
                    },
                ]
            }
        },
    ),
    case("those of no organisation", FAIL, details=_trust(Principal="*", Condition=IF_EXISTS)),
    case("of one's units, if of any", FAIL, details=_trust(Principal="*", Condition=ALL_OF)),
    case("of one's units", PASS, details=_trust(Principal="*", Condition=ANY_OF)),
    case(
        "denied to those of other organisations",
        FAIL,
        details=_trust(Principal="*", denied=OUTSIDE | {"Null": {"aws:PrincipalOrgID": "false"}}),
    ),
    case(
        "denied outside of one's units, as far as there are any",
        FAIL,
        details=_trust(Principal="*", denied={"ForAnyValue:StringNotLike": UNITS}),
    ),
    case(
        "a policy of the organisation that spares those of none",
        FAIL,
        bound(policy("resource control policy", "hole", SPARING)),
        details=_trust(Principal="*"),
    ),
    case("tags of its sessions", PASS, details=_trust(Principal="*", Action="sts:TagSession")),
    case(
        "whom sessions are for", PASS, details=_trust(Principal="*", Action="sts:SetSourceIdentity")
    ),
    case("whatever they call", FAIL, details=_trust(Principal="*", Action="sts:*")),
    case("an operator nobody knows", UNKNOWN, details=_trust(Principal="*", Condition=ODD)),
    case(
        "everybody, beside what nobody knows",
        FAIL,
        details=_trust(Principal="*", more={"Principal": {"AWS": OTHER}, "Condition": ODD}),
    ),
    case("no JSON", UNKNOWN, details={"AssumeRolePolicyDocument": "{"}),
    *cases_within("sts", PASS, FAIL, details=_trust(Principal="*")),
)
