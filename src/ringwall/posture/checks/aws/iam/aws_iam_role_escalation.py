"""Roles do not come to every permission by those they have.

Why: a permission to write policies, to make keys of others, or to pass a role to something new is
as good as all permissions that can be had so; whoever takes over the role takes the account.
Fix: name in the statement the resources that are meant; bind `iam:PassRole` to roles and by
`iam:PassedToService`; set a boundary.

Decided for each published technique that needs nothing but IAM and the passing of roles, with
resources, conditions and boundaries as they are; service control policies are not read. Becoming a
role that trusts the role is no escalation by itself.
"""

from typing import Any

from ringwall.posture.checking import (
    DENIED,
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
    other,
)
from ringwall.posture.checks.aws.authorization import READS, escalating
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.HIGH,
    reads=READS,
    controls=LEAST_PRIVILEGE,
    known_as=("prowler:iam_policy_allows_privilege_escalation",),
    references=("https://pathfinding.cloud",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Whoever has every permission already is judged by other checks. Code has no whole account."""
    return escalating(world, it) if it.name.startswith("arn:") else None


ME = "arn:aws:iam::111122223333:role/me"
ADMIN = "arn:aws:iam::111122223333:role/admin"


def _details(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    written = {"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}
    return {
        "RoleName": "me",
        "Arn": ME,
        "RolePolicyList": [written],
        "AssumeRolePolicyDocument": _trust("ec2"),
        **more,
    }


def _trust(service: str) -> dict[str, Any]:
    named = {"Service": f"{service}.amazonaws.com"}
    one = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return {"Statement": [one]}


def _allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


ADMIN_ROLE = other(
    "aws-iam-role",
    ADMIN,
    details={
        "RoleName": "admin",
        "Arn": ADMIN,
        "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": {"Statement": [_allow("*")]}}],
        "AssumeRolePolicyDocument": _trust("lambda"),
    },
)
GROUP = other(
    "aws-iam-group",
    "arn:aws:iam::111122223333:group/g",
    details={"GroupName": "g", "Arn": "arn:aws:iam::111122223333:group/g"},
)
POLICY = "arn:aws:iam::111122223333:policy/p"
OWN = other(
    "aws-iam-policy",
    POLICY,
    details={
        "Arn": POLICY,
        "PolicyName": "p",
        "PolicyVersionList": [
            {"IsDefaultVersion": True, "Document": {"Statement": [_allow("s3:GetObject")]}}
        ],
    },
)
BY_FUNCTION = _allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
ONLY_EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WRITES = "iam:PutRolePolicy"
CASES = (
    case("reads alone", PASS, ADMIN_ROLE, GROUP, OWN, name=ME, details=_details(_allow("s3:Get*"))),
    case("writes itself a policy", FAIL, name=ME, details=_details(_allow(WRITES))),
    case(
        "writes one for others alone",
        PASS,
        name=ME,
        details=_details(_allow(WRITES, resource=f"{ME}-2")),
    ),
    case("passes a role to a function", FAIL, ADMIN_ROLE, name=ME, details=_details(BY_FUNCTION)),
    case(
        "passes roles to instances alone",
        PASS,
        ADMIN_ROLE,
        name=ME,
        details=_details(BY_FUNCTION | {"Condition": ONLY_EC2}),
    ),
    case(
        "with a second factor",
        FAIL,
        name=ME,
        details=_details(_allow(WRITES, Condition=MFA)),
    ),
    case(
        "changes a policy that it has",
        FAIL,
        OWN,
        name=ME,
        details=_details(
            _allow("iam:CreatePolicyVersion"), AttachedManagedPolicies=[{"PolicyArn": POLICY}]
        ),
    ),
    case("is an administrator", PASS, name=ME, details=_details(_allow("*"))),
    case(
        "a policy that is not there",
        UNKNOWN,
        name=ME,
        details=_details(AttachedManagedPolicies=[{"PolicyArn": POLICY}]),
    ),
    case("in code", NOT_JUDGED, name="terraform:main.tf:it", details=_details(_allow("*"))),
    case("not told", UNKNOWN, name=ME, details=DENIED),
)
