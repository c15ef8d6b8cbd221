"""Users and roles: who may everything, who may become so, whom others may be."""

from collections.abc import Mapping
from typing import Any, Final

from tests.posture.accounts.making import STRANGER, Making, Specimen, allow, deny, policy

USER: Final = "aws-iam-user"
ROLE: Final = "aws-iam-role"


def _all(making: Making) -> str:
    """A policy of the account's own that allows everything. moto has none of AWS's."""

    def make() -> str:
        made = making.client("iam").create_policy(
            PolicyName="administrators", PolicyDocument=policy(allow("*"))
        )
        return str(made["Policy"]["Arn"])

    return str(making.once("administrators", make))


def _user(making: Making, name: str, *inline: str) -> Any:
    iam = making.client("iam")
    iam.create_user(UserName=name)
    for number, document in enumerate(inline):
        iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=document)
    return iam


def idle(making: Making, name: str) -> None:
    """No password, no key, no policy."""
    _user(making, name)


def password_alone(making: Making, name: str) -> None:
    _user(making, name).create_login_profile(UserName=name, Password="Correct-horse-7battery")


def password_and_device(making: Making, name: str) -> None:
    iam = _user(making, name)
    iam.create_login_profile(UserName=name, Password="Correct-horse-7battery")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
    iam.enable_mfa_device(
        UserName=name,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )


def two_keys(making: Making, name: str) -> None:
    iam = _user(making, name)
    for _ in range(2):
        iam.create_access_key(UserName=name)


def one_key_of_two(making: Making, name: str) -> None:
    """The other one is switched off."""
    iam = _user(making, name)
    iam.create_access_key(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")


def administrator(making: Making, name: str) -> None:
    _user(making, name).attach_user_policy(UserName=name, PolicyArn=_all(making))


def administrator_by_its_own(making: Making, name: str) -> None:
    _user(making, name, policy(allow("*")))


def administrator_in_parts(making: Making, name: str) -> None:
    """All of what there is, in two statements of two policies."""
    first = policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
    _user(making, name, first, policy(allow("iam:*")))


def reads_one_bucket(making: Making, name: str) -> None:
    _user(making, name, policy(allow("s3:GetObject", "arn:aws:s3:::reports/*")))


def everything_is_denied(making: Making, name: str) -> None:
    _user(making, name, policy(allow("*"), deny("*")))


def passes_a_role(making: Making, name: str) -> None:
    """What makes an administrator stands in two policies that are harmless each."""
    making.once("functions", lambda: _administrator_of(making, "lambda.amazonaws.com"))
    _user(
        making,
        name,
        policy(allow("iam:PassRole")),
        policy(allow(["lambda:CreateFunction", "lambda:InvokeFunction"])),
    )


def changes_its_policies(making: Making, name: str) -> None:
    _user(making, name, policy(allow("iam:PutUserPolicy")))


def passes_one_role(making: Making, name: str) -> None:
    """Only a role that there is not, and that by one service."""
    told = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    arn = f"arn:aws:iam::{making.account}:role/none"
    _user(making, name, policy(allow("iam:PassRole", arn, Condition=told)))


def _role(making: Making, name: str, *trust: dict[str, Any]) -> Any:
    iam = making.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(*trust))
    return iam


def _trust(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more}


def _administrator_of(making: Making, service: str) -> None:
    """A role that a service may be, and that may everything: whoever passes it becomes it."""
    name = f"administrator-of-{service.partition('.')[0]}"
    _role(making, name, _trust({"Service": service})).attach_role_policy(
        RoleName=name, PolicyArn=_all(making)
    )


def of_a_service(making: Making, name: str) -> None:
    _role(making, name, _trust({"Service": "ec2.amazonaws.com"}))


def trusts_all(making: Making, name: str) -> None:
    _role(making, name, _trust({"AWS": "*"}))


def trusts_all_by_any_id(making: Making, name: str) -> None:
    """A condition that holds for everyone: any external id at all."""
    _role(making, name, _trust({"AWS": "*"}, Condition={"StringLike": {"sts:ExternalId": "*"}}))


def trusts_its_own(making: Making, name: str) -> None:
    _role(making, name, _trust({"AWS": f"arn:aws:iam::{making.account}:root"}))


def trusts_all_of_us(making: Making, name: str) -> None:
    told = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    _role(making, name, _trust({"AWS": "*"}, Condition=told))


def trusts_a_stranger_by_an_id(making: Making, name: str) -> None:
    told = {"StringEquals": {"sts:ExternalId": "f3a1c2b4-0000"}}
    _role(making, name, _trust({"AWS": f"arn:aws:iam::{STRANGER}:root"}, Condition=told))


def an_administrator(making: Making, name: str) -> None:
    _role(making, name, _trust({"Service": "ec2.amazonaws.com"})).attach_role_policy(
        RoleName=name, PolicyArn=_all(making)
    )


def account(making: Making) -> None:
    """What is of all of it: a policy that nobody has."""
    iam = making.client("iam")
    iam.create_policy(PolicyName="attached-to-nobody", PolicyDocument=policy(allow("*")))


MFA, KEYS = "user-without-second-factor", "user-with-two-keys"
ESCALATES, INLINE = "user-becomes-administrator", "user-has-policies-of-its-own"
TRUST = "role-trusts-all"
USERS: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    idle: {MFA: False, KEYS: False, ESCALATES: False, INLINE: False},
    password_alone: {MFA: True, KEYS: False},
    password_and_device: {MFA: False},
    two_keys: {KEYS: True},
    one_key_of_two: {KEYS: False},
    administrator: {INLINE: True},
    administrator_by_its_own: {INLINE: True},
    administrator_in_parts: {},
    reads_one_bucket: {ESCALATES: False, INLINE: True},
    everything_is_denied: {ESCALATES: False},
    passes_a_role: {ESCALATES: True},
    changes_its_policies: {ESCALATES: True},
    passes_one_role: {ESCALATES: False},
}
ROLES: Final[Mapping[Specimen, Mapping[str, bool]]] = {
    of_a_service: {TRUST: False},
    trusts_all: {TRUST: True},
    trusts_all_by_any_id: {TRUST: True},
    trusts_its_own: {TRUST: False},
    trusts_all_of_us: {TRUST: False},
    trusts_a_stranger_by_an_id: {TRUST: False},
    an_administrator: {TRUST: False},
}
