"""IAM: users, groups, roles, and each of the ways in which a template gives them policies."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.cloudformation.naming import (
    Naming,
    Properties,
    plain,
    several,
    tags,
    valued,
)
from ringwall.posture.code.terraform.resources import Instance
from ringwall.posture.code.terraform.values import Reference, as_json

Beside = Callable[[str, Properties, Place], Iterator[Instance]]
"""What stands beside a resource, by its logical id, its properties and its place."""
_THINGS: Final = {"Roles": "role", "Users": "user", "Groups": "group"}


def _somebody(word: str) -> Naming:
    def made(told: Properties) -> Properties:
        return {
            "name": told.get(f"{word}Name"),
            "path": told.get("Path"),
            "assume_role_policy": valued("PolicyDocument", told.get("AssumeRolePolicyDocument")),
            "managed_policy_arns": told.get("ManagedPolicyArns"),
            "permissions_boundary": told.get("PermissionsBoundary"),
            "inline_policy": several(
                told.get("Policies"),
                lambda one: {
                    "name": one.get("PolicyName"),
                    "policy": valued("PolicyDocument", one.get("PolicyDocument")),
                },
            ),
            "tags": tags(told.get("Tags")),
        }

    return made


def _inline(thing: str) -> tuple[str, Naming]:
    names = {"PolicyName": "name", "PolicyDocument": "policy", f"{thing.title()}Name": thing}
    return f"aws_iam_{thing}_policy", plain(names)


def _profile(told: Properties) -> Properties:
    roles = told.get("Roles")
    first = roles[0] if isinstance(roles, list) and roles else roles
    return {"name": told.get("InstanceProfileName"), "role": first}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def policies(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    """A policy that is written into several, as one for each."""
    for key, thing in _THINGS.items():
        for at, one in enumerate(_listed(told.get(key))):
            values = {
                thing: one,
                "name": told.get("PolicyName"),
                "policy": as_json(told.get("PolicyDocument")),
            }
            yield Instance(f"aws_iam_{thing}_policy", f"{name}[{at}]", values, place)


def _attached(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    """Whom a managed policy names itself."""
    policy = Reference("the policy itself", name, "arn")
    for key, thing in _THINGS.items():
        for at, one in enumerate(_listed(told.get(key))):
            values = {thing: one, "policy_arn": policy}
            type_ = f"aws_iam_{thing}_policy_attachment"
            yield Instance(type_, f"{name}.{key}[{at}]", values, place)


def _joined(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    """The groups that a user is in."""
    groups = told.get("Groups")
    if groups is not None:
        values = {"user": Reference("the user itself", name, "id"), "groups": groups}
        yield Instance("aws_iam_user_group_membership", f"{name}.Groups", values, place)


def additions(name: str, told: Properties, place: Place) -> Iterator[Instance]:
    """Users who are put into a group from outside."""
    for at, one in enumerate(_listed(told.get("Users"))):
        values = {"user": one, "groups": [told.get("GroupName")]}
        yield Instance("aws_iam_user_group_membership", f"{name}[{at}]", values, place)


TYPES: Final[dict[str, tuple[str, Naming]]] = {
    "AWS::IAM::Role": ("aws_iam_role", _somebody("Role")),
    "AWS::IAM::User": ("aws_iam_user", _somebody("User")),
    "AWS::IAM::Group": ("aws_iam_group", _somebody("Group")),
    "AWS::IAM::ManagedPolicy": (
        "aws_iam_policy",
        plain({"ManagedPolicyName": "name", "PolicyDocument": "policy"}),
    ),
    "AWS::IAM::RolePolicy": _inline("role"),
    "AWS::IAM::UserPolicy": _inline("user"),
    "AWS::IAM::GroupPolicy": _inline("group"),
    "AWS::IAM::InstanceProfile": ("aws_iam_instance_profile", _profile),
}
BESIDE: Final[dict[str, Beside]] = {
    "AWS::IAM::ManagedPolicy": _attached,
    "AWS::IAM::User": _joined,
}
INSTEAD: Final[dict[str, Beside]] = {
    "AWS::IAM::Policy": policies,
    "AWS::IAM::UserToGroupAddition": additions,
}
"""Types that are no resource of their own."""
