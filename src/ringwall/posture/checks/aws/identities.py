"""Users, groups and roles for the cases of checks, as GetAccountAuthorizationDetails tells them."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.checking import Other, other

_OWN: Final = "arn:aws:iam::111122223333"
ME: Final = f"{_OWN}:user/me"
ROLE: Final = f"{_OWN}:role/me"
GROUP: Final = f"{_OWN}:group/me"
POLICY: Final = f"{_OWN}:policy/p"


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    """A statement that allows these, on everything if nothing else is said."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"} | more


def user(*statements: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The details of a user with a policy of these statements written into it."""
    return {"UserName": "me", "Arn": ME, "UserPolicyList": inline(*statements)} | more


def group(*statements: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The details of a group."""
    return {"GroupName": "me", "Arn": GROUP, "GroupPolicyList": inline(*statements)} | more


def role(principal: Any, *statements: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The details of a role that somebody may take."""
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {
        "RoleName": "me",
        "Arn": ROLE,
        "Path": "/",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "RolePolicyList": inline(*statements),
    } | more


def inline(*statements: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A list of policies with one of these statements, empty where there are none."""
    if not statements:
        return []
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return [{"PolicyName": "own", "PolicyDocument": document}]


def managed(*statements: Mapping[str, Any], arn: str = POLICY) -> Other:
    """A managed policy that is there, too."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    version = {"IsDefaultVersion": True, "Document": document}
    name = arn.rpartition("/")[2]
    return other(
        "aws-iam-policy",
        arn,
        details={"Arn": arn, "PolicyName": name, "PolicyVersionList": [version]},
    )


def attached(arn: str = POLICY) -> dict[str, Any]:
    """What an identity says that has a managed policy."""
    return {
        "AttachedManagedPolicies": [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}],
    }


def member(*statements: Mapping[str, Any], **more: Any) -> Other:
    """A group that is there, too."""
    return other("aws-iam-group", GROUP, details=group(*statements, **more))


def somebody() -> Other:
    """A role that is there, too, and may do nothing."""
    arn = f"{_OWN}:role/somebody"
    return other("aws-iam-role", arn, details=role({"AWS": "111122223333"}, Arn=arn, RoleName="s"))
