"""Accounts as GetAccountAuthorizationDetails answers them, here of moto."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from tests.posture.permissions.asked import allow, lets, policy

from ringwall.posture.permissions.accounts import Account, account
from ringwall.posture.permissions.administrators import is_administrator
from ringwall.posture.permissions.asking import context_of, could, may
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import escalations
from ringwall.posture.snapshot.partial import Unknown, guarded

NUMBER = "123456789012"
ANA_ARN = f"arn:aws:iam::{NUMBER}:user/ana"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        iam = boto3.client("iam", region_name="us-east-1")
        made = iam.create_policy(
            PolicyName="deploy",
            PolicyDocument=json.dumps(policy(allow(["iam:PassRole", "lambda:*"]))),
        )["Policy"]["Arn"]
        iam.create_group(GroupName="builders")
        iam.attach_group_policy(GroupName="builders", PolicyArn=made)
        iam.create_user(UserName="ana", Tags=[{"Key": "team", "Value": "red"}])
        iam.add_user_to_group(GroupName="builders", UserName="ana")
        iam.put_user_policy(
            UserName="ana",
            PolicyName="own",
            PolicyDocument=json.dumps(policy(allow("s3:*", "arn:aws:s3:::${aws:username}/*"))),
        )
        iam.create_role(
            RoleName="admin",
            Path="/made/",
            AssumeRolePolicyDocument=json.dumps(policy(lets({"Service": "lambda.amazonaws.com"}))),
        )
        iam.put_role_policy(
            RoleName="admin", PolicyName="all", PolicyDocument=json.dumps(policy(allow("*")))
        )
        details = iam.get_account_authorization_details()
        yield account(
            NUMBER,
            users=details["UserDetailList"],
            groups=details["GroupDetailList"],
            roles=details["RoleDetailList"],
            policies=details["Policies"],
        )


def test_an_account_is_read_and_asked(told: Account) -> None:
    ana = told.users[f"arn:aws:iam::{NUMBER}:user/ana"]
    admin = told.roles[f"arn:aws:iam::{NUMBER}:role/made/admin"]
    assert is_administrator(admin)
    assert not is_administrator(ana)
    assert ana.groups == (f"arn:aws:iam::{NUMBER}:group/builders",)
    context = context_of(ana)
    own = may(ana, "s3:GetObject", "arn:aws:s3:::ana/x", context=context)
    assert own.outcome is Outcome.ALLOWED
    other = may(ana, "s3:GetObject", "arn:aws:s3:::bob/x", context=context)
    assert other.outcome is Outcome.DENIED
    found, resource = could(ana, ["s3:GetObject"], "arn:aws:s3:::*", context=context)
    assert found.outcome is Outcome.ALLOWED
    assert resource.startswith("arn:aws:s3:::ana/")
    named = {one.technique for one in escalations(told) if one.principal == ana.arn}
    assert "passrole-lambda-create-and-invoke" in named


def test_what_was_left_out_of_the_answer_is_not_known() -> None:
    user = {
        "UserName": "ana",
        "Arn": f"arn:aws:iam::{NUMBER}:user/ana",
        "AttachedManagedPolicies": [{"PolicyArn": f"arn:aws:iam::{NUMBER}:policy/gone"}],
        "GroupList": ["gone"],
        "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{NUMBER}:policy/gone"},
    }
    ana = account(NUMBER, users=[user]).principals[0]
    found = may(ana, "s3:GetObject", "arn:aws:s3:::b/k", context=context_of(ana))
    assert found.outcome is Outcome.UNKNOWN
    assert "group gone is not known" in found.why
    assert "policy/gone was not read" in found.why


def test_what_is_not_known_of_an_identity_is_a_policy_that_may_say_anything() -> None:
    """As of one that code declares: its list, one policy, one attachment, one group."""
    later = Unknown("it is known only once it is there")
    whole = {"PolicyName": "own", "PolicyDocument": policy(allow("s3:*"))}
    for more in (
        {"UserPolicyList": later},
        {"UserPolicyList": [whole, later]},
        {"UserPolicyList": [whole, {"PolicyName": "own", "PolicyDocument": later}]},
        {"UserPolicyList": [whole], "AttachedManagedPolicies": [later]},
        {"UserPolicyList": [whole], "AttachedManagedPolicies": [{"PolicyArn": later}]},
        {"UserPolicyList": [whole], "GroupList": [later]},
    ):
        told = guarded({"UserName": "ana", "Arn": ANA_ARN, **more})
        found = account(NUMBER, users=[told]).users[ANA_ARN]
        (fault,) = [each for one in found.policies.identity for each in one.faults]
        assert "known only once it is there" in fault
        outcome = may(found, "sqs:SendMessage", "*", context=context_of(found)).outcome
        assert outcome is Outcome.UNKNOWN
