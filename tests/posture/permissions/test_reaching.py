"""Who comes to every permission, and how."""

from typing import Any

from tests.posture.permissions.asked import ACCOUNT, allow, lets, policy

from ringwall.posture.permissions.accounts import account
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import escalations
from ringwall.posture.permissions.reaching import Rise, rises

ARN = f"arn:aws:iam::{ACCOUNT}"
ROOT = {"AWS": ACCOUNT}


def user(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "UserName": name,
        "Arn": f"{ARN}:user/{name}",
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": policy(*statements)}],
    }


def role(name: str, trust: Any, *statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "RoleName": name,
        "Arn": f"{ARN}:role/{name}",
        "AssumeRolePolicyDocument": policy(lets(trust)),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": policy(*statements)}],
    }


def found(*users: dict[str, Any], roles: tuple[dict[str, Any], ...] = ()) -> dict[str, Rise]:
    whole = account(ACCOUNT, users=users, roles=roles)
    several = rises(whole, escalations(whole, workloads=[]))
    return {arn.rpartition("/")[2]: one for arn, one in several.items()}


def test_by_one_step_or_by_several() -> None:
    keys = allow("iam:CreateAccessKey", f"{ARN}:user/bob")
    several = found(
        user("ana", keys),
        user("bob", allow("iam:PutUserPolicy", f"{ARN}:user/bob")),
        user("eve", allow("iam:CreateAccessKey", f"{ARN}:user/eve")),
    )
    assert set(several) == {"ana", "bob"}
    assert [one.technique for one in several["ana"].steps] == [
        "iam-create-access-key",
        "iam-put-user-policy",
    ]
    assert str(several["ana"]) == "makes keys of bob, then as that writes itself a policy"
    assert several["bob"].outcome is Outcome.ALLOWED


def test_becoming_a_role_that_trusts_one_is_what_roles_are_for() -> None:
    admin = role("admin", ROOT, allow("*"))
    assert not found(user("ana", allow("sts:AssumeRole")), roles=(admin,))
    deploy = role("deploy", ROOT, allow("iam:UpdateAssumeRolePolicy", f"{ARN}:role/admin"))
    several = found(user("ana", allow("sts:AssumeRole")), roles=(admin, deploy))
    assert [one.technique for one in several["ana"].steps] == [
        "sts-assume-role",
        "iam-update-assume-role-policy",
    ]


def test_the_surest_way_is_told_though_a_shorter_one_is_there() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    several = found(
        user(
            "ana",
            allow("iam:PutUserPolicy", f"{ARN}:user/ana", Condition=mfa),
            allow("iam:CreateAccessKey", f"{ARN}:user/bob"),
        ),
        user("bob", allow("iam:AttachUserPolicy")),
        user("eve", allow("iam:PutUserPolicy", f"{ARN}:user/eve", Condition=mfa)),
    )
    assert several["ana"].outcome is Outcome.ALLOWED
    assert len(several["ana"].steps) == 2
    assert several["eve"].outcome is Outcome.CONDITIONAL


def test_a_circle_ends() -> None:
    several = found(
        user("ana", allow("iam:CreateAccessKey", f"{ARN}:user/bob")),
        user("bob", allow("iam:CreateAccessKey", f"{ARN}:user/ana")),
    )
    assert not several
