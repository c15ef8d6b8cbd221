"""Cases of users and roles that come to more than they have."""

from typing import Any, Final

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Case,
    Other,
    case,
    other,
)
from ringwall.posture.checks.aws.controlled import bound, policy

_ADMIN: Final = "arn:aws:iam::111122223333:role/admin"


def _trust(service: str) -> dict[str, Any]:
    named = {"Service": f"{service}.amazonaws.com"}
    one = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    return {"Statement": [one]}


def _allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


_ADMIN_ROLE: Final = other(
    "aws-iam-role",
    _ADMIN,
    details={
        "RoleName": "admin",
        "Arn": _ADMIN,
        "RolePolicyList": [{"PolicyName": "all", "PolicyDocument": {"Statement": [_allow("*")]}}],
        "AssumeRolePolicyDocument": _trust("lambda"),
    },
)
_GROUP: Final = other(
    "aws-iam-group",
    "arn:aws:iam::111122223333:group/g",
    details={"GroupName": "g", "Arn": "arn:aws:iam::111122223333:group/g"},
)
_POLICY: Final = "arn:aws:iam::111122223333:policy/p"
_OWN: Final = other(
    "aws-iam-policy",
    _POLICY,
    details={
        "Arn": _POLICY,
        "PolicyName": "p",
        "PolicyVersionList": [
            {"IsDefaultVersion": True, "Document": {"Statement": [_allow("s3:GetObject")]}}
        ],
    },
)
_BY_FUNCTION: Final = _allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")
_ONLY_EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
_POWER: Final = {
    "Effect": "Allow",
    "NotAction": ["iam:*", "organizations:*", "account:*"],
    "Resource": "*",
}
"""What PowerUserAccess says."""
_MFA: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def cases_of_rising(kind: str) -> tuple[Case, ...]:
    """Cases of a check that judges ``User`` or ``Role``."""
    me, writes = f"arn:aws:iam::111122223333:{kind.lower()}/me", f"iam:Put{kind}Policy"

    def details(*statements: dict[str, Any], **more: Any) -> dict[str, Any]:
        written = {"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}
        trust = {"AssumeRolePolicyDocument": _trust("ec2")} if kind == "Role" else {}
        return {f"{kind}Name": "me", "Arn": me, f"{kind}PolicyList": [written], **trust, **more}

    return (
        case(
            "reads alone",
            PASS,
            _ADMIN_ROLE,
            _GROUP,
            _OWN,
            name=me,
            details=details(_allow("s3:Get*")),
        ),
        case("writes itself a policy", FAIL, name=me, details=details(_allow(writes))),
        case(
            "writes one for others alone",
            PASS,
            name=me,
            details=details(_allow(writes, resource=f"{me}-2")),
        ),
        case(
            "passes a role to a function", FAIL, _ADMIN_ROLE, name=me, details=details(_BY_FUNCTION)
        ),
        case(
            "passes roles to instances alone",
            PASS,
            _ADMIN_ROLE,
            name=me,
            details=details(_BY_FUNCTION | {"Condition": _ONLY_EC2}),
        ),
        case(
            "with a second factor",
            FAIL,
            name=me,
            details=details(_allow(writes, Condition=_MFA)),
        ),
        case(
            "changes a policy that it has",
            FAIL,
            _OWN,
            name=me,
            details=details(
                _allow("iam:CreatePolicyVersion"), AttachedManagedPolicies=[{"PolicyArn": _POLICY}]
            ),
        ),
        case("is an administrator", PASS, name=me, details=details(_allow("*"))),
        case(
            "a policy that is not there",
            UNKNOWN,
            name=me,
            details=details(AttachedManagedPolicies=[{"PolicyArn": _POLICY}]),
        ),
        *_bounded(name=me, details=details(_allow(writes))),
        *_of_center(name=me, details=details(_POWER)),
        case("in code", NOT_JUDGED, name="terraform:main.tf:it", details=details(_allow("*"))),
        case("not told", UNKNOWN, name=me, details=DENIED),
    )


def _of_center(**aspects: Any) -> tuple[Case, ...]:
    """Who may do all but IAM, in accounts that have an identity center, or none."""

    def home(organization: Any) -> Other:
        return other("aws-account", organization=organization)

    return (
        case("power in an account alone", PASS, home(ABSENT), **aspects),
        case("power over all of them", FAIL, home({"MasterAccountId": "111122223333"}), **aspects),
        case("power in a member", UNKNOWN, home({"MasterAccountId": "999988887777"}), **aspects),
        case("power in nobody knows what", UNKNOWN, home(DENIED), **aspects),
    )


def _bounded(**aspects: Any) -> tuple[Case, ...]:
    """Within an organisation: what its policies deny to all, to some, and to whom nobody knows."""

    def deny(*actions: str, to: str = "r-1", **more: Any) -> dict[str, Any]:
        one = {"Effect": "Deny", "Action": list(actions), "Resource": "*", **more}
        return policy("service control policy", "no-iam", one, to=to)

    full = policy("service control policy", "FullAWSAccess", _allow("*"))
    few = policy("service control policy", "few", _allow("s3:*", "ec2:*"))
    unread = {"Kind": "service control policy", "Name": "no-iam", "Why": "access denied"}
    spared = {"ArnNotLike": {"aws:PrincipalArn": "*/me"}}
    untagged = {"StringNotEquals": {"aws:PrincipalTag/admin": "yes"}}
    others = {"ArnNotLike": {"aws:PrincipalArn": "*/deploy"}}
    return (
        case("which a control policy denies", PASS, bound(full, deny("iam:*")), **aspects),
        case("which none allows", PASS, bound(few), **aspects),
        case(
            "which one denies to all but others",
            PASS,
            bound(full, deny("iam:*", Condition=others)),
            **aspects,
        ),
        case("but for its tag", FAIL, bound(full, deny("iam:*", Condition=untagged)), **aspects),
        case("but for it", FAIL, bound(full, deny("iam:*", Condition=spared)), **aspects),
        case("where machines are denied", FAIL, bound(full, deny("ec2:*")), **aspects),
        case(
            "where one of a unit denies it", FAIL, bound(full, deny("iam:*", to="ou-9")), **aspects
        ),
        case("where nobody could read what denies it", FAIL, bound(full, unread), **aspects),
        case("where another may allow it", FAIL, bound(few, unread), **aspects),
        case("where it was read long ago", FAIL, bound(left_out="old"), **aspects),
    )
