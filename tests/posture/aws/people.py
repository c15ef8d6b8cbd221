"""Users, groups, roles and policies of accounts of tests, made with care and without."""

import json
from typing import Any

ACCOUNT = "123456789012"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
PASSWORD = "Correct-horse-7battery"


def document(*statements: dict[str, Any]) -> str:
    """A policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: Any, **more: Any) -> str:
    """A policy that lets somebody take a role."""
    one = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return document(one | more)


def careless(iam: Any) -> None:
    """An administrator with a key alone, by a group; roles that machines and strangers take."""
    iam.create_group(GroupName="everything")
    iam.put_group_policy(GroupName="everything", PolicyName="all", PolicyDocument=document(ALL))
    iam.create_group(GroupName="nobody")
    iam.create_user(UserName="deploy")
    iam.create_access_key(UserName="deploy")
    iam.add_user_to_group(UserName="deploy", GroupName="everything")
    iam.create_user(UserName="ada")
    iam.create_login_profile(UserName="ada", Password=PASSWORD)
    passing = {"Effect": "Allow", "Action": "iam:Pass*", "Resource": "arn:aws:iam::*:role/*"}
    iam.put_user_policy(UserName="ada", PolicyName="pass", PolicyDocument=document(passing))
    iam.create_role(
        RoleName="machines", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"})
    )
    iam.put_role_policy(RoleName="machines", PolicyName="all", PolicyDocument=document(ALL))
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=trust("*"))
    iam.create_role(RoleName="partner", AssumeRolePolicyDocument=trust({"AWS": "444455556666"}))
    most = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    rest = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}
    iam.create_policy(PolicyName="split", PolicyDocument=document(most, rest))
    keys = {"Effect": "Allow", "Action": "kms:De*", "Resource": "arn:aws:kms:*:*:key/*"}
    iam.create_policy(PolicyName="keys", PolicyDocument=document(keys))
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com", ThumbprintList=["a" * 40]
    )


def careful(iam: Any) -> None:
    """People with a second factor and what they need; a role that people alone take."""
    iam.update_account_password_policy(
        MinimumPasswordLength=16,
        RequireNumbers=True,
        RequireLowercaseCharacters=True,
        PasswordReusePrevention=24,
        AllowUsersToChangePassword=True,
    )
    iam.create_group(GroupName="readers")
    one = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    made = iam.create_policy(PolicyName="reports", PolicyDocument=document(one))
    iam.attach_group_policy(GroupName="readers", PolicyArn=made["Policy"]["Arn"])
    iam.create_user(UserName="ada")
    iam.create_login_profile(UserName="ada", Password=PASSWORD)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
    iam.enable_mfa_device(
        UserName="ada",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )
    iam.add_user_to_group(UserName="ada", GroupName="readers")
    iam.create_role(
        RoleName="administrators",
        AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    )
    iam.put_role_policy(RoleName="administrators", PolicyName="all", PolicyDocument=document(ALL))
    iam.create_open_id_connect_provider(
        Url="https://token.actions.githubusercontent.com",
        ThumbprintList=["a" * 40],
        ClientIDList=["sts.amazonaws.com"],
    )
