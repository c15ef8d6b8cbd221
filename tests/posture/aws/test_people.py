"""IAM as boto3 makes it, read at once and judged; what comes of it where reads are denied."""

import json
from typing import Any

import pytest
from tests.posture import accessed
from tests.posture.aws import people
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.posture.collecting.planning import plan_for

CARELESS = {
    ("aws-iam-administrator-mfa", "deploy"): "fail",
    ("aws-iam-group-administrator", "everything"): "fail",
    ("aws-iam-group-administrator", "nobody"): "pass",
    ("aws-iam-group-inline-policies", "everything"): "fail",
    ("aws-iam-group-unused", "everything"): "pass",
    ("aws-iam-group-unused", "nobody"): "fail",
    ("aws-iam-people-federated", people.ACCOUNT): "fail",
    ("aws-iam-policy-administrator", "keys"): "pass",
    ("aws-iam-policy-administrator", "split"): "fail",
    ("aws-iam-policy-kms-any-key", "keys"): "fail",
    ("aws-iam-policy-not-action", "split"): "fail",
    ("aws-iam-policy-unattached", "keys"): "fail",
    ("aws-iam-role-administrator", "machines"): "fail",
    ("aws-iam-role-administrator", "open"): "pass",
    ("aws-iam-role-external-id", "partner"): "fail",
    ("aws-iam-role-inline-policies", "machines"): "fail",
    ("aws-iam-role-trusts-anybody", "machines"): "pass",
    ("aws-iam-role-trusts-anybody", "open"): "fail",
    ("aws-iam-role-trusts-anybody", "partner"): "pass",
    ("aws-iam-user-administrator", "ada"): "pass",
    ("aws-iam-user-administrator", "deploy"): "fail",
    ("aws-iam-user-direct-policies", "ada"): "fail",
    ("aws-iam-user-inline-policies", "ada"): "fail",
    ("aws-iam-user-inline-policies", "deploy"): "pass",
    ("aws-iam-user-mfa", "ada"): "fail",
    ("aws-iam-user-mfa", "deploy"): "pass",
}
WELL = {
    "aws-iam-group-administrator",
    "aws-iam-oidc-provider-audience",
    "aws-iam-password-change",
    "aws-iam-password-kinds",
    "aws-iam-password-length",
    "aws-iam-password-reuse",
    "aws-iam-people-federated",
    "aws-iam-policy-unattached",
    "aws-iam-role-administrator",
    "aws-iam-role-external-id",
    "aws-iam-user-administrator",
    "aws-iam-user-mfa",
}


def test_what_was_made_carelessly_is_found_and_the_rest_is_not(account: Account) -> None:
    people.careless(account.client("iam"))
    found = account.outcomes("aws-iam-")
    assert {key: found[key] for key in CARELESS} == CARELESS
    assert ("aws-iam-administrator-mfa", "ada") not in found, "she is no administrator"


def test_what_was_made_with_care_is_well(account: Account) -> None:
    people.careful(account.client("iam"))
    found = account.outcomes("aws-iam-")
    for check in WELL:
        assert {told for (name, _), told in found.items() if name == check} == {"pass"}, check


@pytest.mark.parametrize(
    "denied", ["GetAccountAuthorizationDetails", "GetCredentialReport", "GenerateCredentialReport"]
)
def test_no_pass_rests_on_what_iam_does_not_tell(account: Account, denied: str) -> None:
    people.careful(account.client("iam"))
    before = account.outcomes("aws-iam-")
    account.denied = {f"iam:{denied}"}
    after = account.outcomes("aws-iam-")
    changed = {key for key in after if after[key] != before.get(key, "unknown")}
    assert {after[key] for key in changed} == {"unknown"}
    if denied == "GetAccountAuthorizationDetails":
        assert not any(key[0] == "aws-iam-user-mfa" for key in after)
        assert after["aws-iam-cloudshell-full-access", people.ACCOUNT] == "unknown"
    else:
        assert after["aws-iam-user-mfa", "ada"] == "unknown"


def test_a_report_that_takes_its_time_is_waited_for(account: Account) -> None:
    iam = account.client("iam")
    people.careful(iam)
    for _ in range(2):
        iam.generate_credential_report()
    states = iter(["STARTED", "INPROGRESS", "COMPLETE", "COMPLETE"])
    account.answers["iam:GenerateCredentialReport"] = lambda _: {"State": next(states)}
    assert account.outcomes("aws-iam-user-mfa")["aws-iam-user-mfa", "ada"] == "pass"
    assert next(states) == "COMPLETE", "it was asked until it was done, and not again"


_ASKING_OF_EACH = (
    "aws-iam-group-access-unused",
    "aws-iam-group-services-unused",
    "aws-iam-role-services-unused",
    "aws-iam-user-services-unused",
)
"""Checks that ask what was used last, which IAM tells of one at a time."""


def test_twenty_users_take_no_more_calls_than_one(account: Account) -> None:
    iam = account.client("iam")
    people.careful(iam)
    checks = [one.id for one in CHECKS if one.id.startswith("aws-iam-")]
    listed = tuple(one for one in checks if one not in _ASKING_OF_EACH)
    assert len(checks) - len(listed) == len(_ASKING_OF_EACH)
    account.calls(*listed)
    few = account.calls(*listed)
    for number in range(20):
        iam.create_user(UserName=f"user-{number}")
    assert account.calls(*listed) == few < 12


def test_what_a_user_used_last_takes_two_calls(account: Account) -> None:
    """One that begins and one that asks, where it is done by then."""
    accessed.teach(at_once=True)
    account.client("iam").create_user(UserName="user")
    before = account.calls("aws-iam-user-services-unused")
    for number in range(5):
        account.client("iam").create_user(UserName=f"user-{number}")
    assert account.calls("aws-iam-user-services-unused") - before == 10


def test_a_user_whose_key_aws_found_in_public_is_the_worst(account: Account) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="deploy")
    arn = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"

    def bound(arguments: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = iam.get_account_authorization_details(**arguments)
        for one in told["UserDetailList"]:
            attached = {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
            one["AttachedManagedPolicies"] = [attached]
        return told

    account.answers["iam:GetAccountAuthorizationDetails"] = bound
    (judged,) = account.judged("aws-iam-user-key-leaked")
    assert judged.verdict.outcome == "fail"
    assert judged.severity.value == "critical"


def test_a_root_user_without_credentials_needs_no_second_factor(account: Account) -> None:
    summary = {
        "AccountMFAEnabled": 0,
        "AccountAccessKeysPresent": 0,
        "AccountPasswordPresent": 0,
    }
    account.answers["iam:GetAccountSummary"] = lambda _: {"SummaryMap": summary}
    assert set(account.outcomes("aws-iam-root-mfa").values()) == {"pass"}
    summary["AccountPasswordPresent"] = 1
    assert set(account.outcomes("aws-iam-root-mfa").values()) == {"fail"}


def test_iam_is_read_with_thirteen_permissions() -> None:
    plan = plan_for(one for one in CHECKS if one.id.startswith("aws-iam-"))
    assert [one for one in plan.actions if one.startswith("iam:")] == [
        "iam:GenerateCredentialReport",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetAccountPasswordPolicy",
        "iam:GetAccountSummary",
        "iam:GetCredentialReport",
        "iam:GetOpenIDConnectProvider",
        "iam:GetServiceLastAccessedDetails",
        "iam:ListOpenIDConnectProviders",
        "iam:ListRoles",
        "iam:ListSAMLProviders",
        "iam:ListServerCertificates",
        "iam:ListVirtualMFADevices",
    ]


def test_an_organisation_is_asked_by_its_own_account_what_it_takes_away(account: Account) -> None:
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    check = ("aws-organizations-leaving", people.ACCOUNT)
    assert account.outcomes(check[0])[check] == "fail"
    statement = {"Effect": "Deny", "Action": "organizations:Leave*", "Resource": "*"}
    made = client.create_policy(
        Name="stay",
        Description="x",
        Type="SERVICE_CONTROL_POLICY",
        Content=people.document(statement),
    )["Policy"]["PolicySummary"]["Id"]
    assert account.outcomes(check[0])[check] == "fail", "it is attached to nothing"
    client.attach_policy(PolicyId=made, TargetId=root)
    assert account.outcomes(check[0])[check] == "pass"
    account.denied = {"organizations:DescribePolicy"}
    assert account.outcomes(check[0])[check] == "unknown"
    account.denied = {"organizations:ListPolicies"}
    assert account.outcomes(check[0])[check] == "unknown"


def test_how_long_sessions_of_roles_last_is_asked_of_the_call_that_tells(account: Account) -> None:
    """The one that tells all else of IAM at once does not tell this in AWS."""
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}]}'
    account.client("iam").create_role(
        RoleName="long", AssumeRolePolicyDocument=trust, MaxSessionDuration=43200
    )
    (check,) = [one for one in CHECKS if one.id == "aws-iam-role-session-length"]
    (role,) = account.read([check]).of_kind("aws-iam-role")
    assert role.aspects["session"].value == {"MaxSessionDuration": 43200}
    assert "MaxSessionDuration" not in role.aspects["details"].value, "moto tells more than AWS"
    account.denied = {"iam:ListRoles"}
    (role,) = account.read([check]).of_kind("aws-iam-role")
    assert not role.aspects["session"].is_told


def test_an_organisations_resource_control_policies_are_few_calls(account: Account) -> None:
    """One finds them, two more tell of each what it says and what it binds."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    check = ("aws-organizations-resource-perimeter", people.ACCOUNT)
    assert account.outcomes(check[0])[check] == "fail"
    before = account.calls(check[0])
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
    made = client.create_policy(
        Name="perimeter",
        Description="x",
        Type="RESOURCE_CONTROL_POLICY",
        Content=people.document(
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*", "kms:*", "secretsmanager:*", "sqs:*"],
                "Resource": "*",
                "Condition": outside,
            }
        ),
    )["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=made, TargetId=root)
    assert account.outcomes(check[0])[check] == "pass"
    assert account.calls(check[0]) == before + 2
    account.denied = {"organizations:ListTargetsForPolicy"}
    assert account.outcomes(check[0])[check] == "unknown"


NEW = (
    *("aws-organizations-guardduty-delegated", "aws-organizations-security-hub-delegated"),
    *("aws-organizations-ai-opt-out", "aws-organizations-tag-policies"),
    *("aws-organizations-delegates-few", "aws-s3-multi-region-access-points"),
)


def test_what_an_organisation_is_asked_for_needs_two_more_permissions() -> None:
    whole = set(plan_for(CHECKS).actions)
    less = set(plan_for([one for one in CHECKS if one.id not in NEW]).actions)
    assert whole - less == {
        "organizations:ListDelegatedAdministrators",
        "s3:ListMultiRegionAccessPoints",
    }


def test_a_service_of_an_organisation_is_run_from_an_account_of_its_own(account: Account) -> None:
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    check = ("aws-organizations-guardduty-delegated", people.ACCOUNT)
    assert account.outcomes(check[0])[check] == "fail"
    made = client.create_account(AccountName="security", Email="security@example.com")
    client.register_delegated_administrator(
        AccountId=made["CreateAccountStatus"]["AccountId"],
        ServicePrincipal="guardduty.amazonaws.com",
    )
    assert account.outcomes(check[0])[check] == "pass"
    account.denied = {"organizations:ListDelegatedAdministrators"}
    assert account.outcomes(check[0])[check] == "unknown"


def test_the_accounts_that_run_services_of_an_organisation_are_named(account: Account) -> None:
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    check = "aws-organizations-delegates-few"
    for at in range(4):
        made = client.create_account(AccountName=f"a{at}", Email=f"a{at}@example.com")
        for service in ("guardduty", "ssm"):
            client.register_delegated_administrator(
                AccountId=made["CreateAccountStatus"]["AccountId"],
                ServicePrincipal=f"{service}.amazonaws.com",
            )
        (judged,) = account.judged(check)
        assert judged.verdict.outcome == ("pass" if at < 3 else "fail")
        assert f"a{at} (" in judged.verdict.why


def test_policies_of_other_types_are_told_apart(account: Account) -> None:
    """A tag policy is none that keeps services of AI from what they are given, and the reverse."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    tags = ("aws-organizations-tag-policies", people.ACCOUNT)
    opted = ("aws-organizations-ai-opt-out", people.ACCOUNT)
    for check, kind, content in (
        (opted, "AISERVICES_OPT_OUT_POLICY", OPTED_OUT),
        (tags, "TAG_POLICY", {"tags": {"owner": {"tag_key": {"@@assign": "Owner"}}}}),
    ):
        assert account.outcomes(check[0])[check] == "fail"
        made = client.create_policy(
            Name=kind.lower(), Description="x", Type=kind, Content=json.dumps(content)
        )["Policy"]["PolicySummary"]["Id"]
        assert account.outcomes(check[0])[check] == "fail", "it is attached to nothing"
        client.attach_policy(PolicyId=made, TargetId=root)
        assert account.outcomes(check[0])[check] == "pass"
    account.denied = {"organizations:ListPolicies"}
    assert account.outcomes(tags[0], opted[0]) == {tags: "unknown", opted: "unknown"}


OPTED_OUT = {"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}}


def test_access_points_of_several_regions_are_one_call(account: Account) -> None:
    check = "aws-s3-multi-region-access-points"
    account.client("s3").create_bucket(
        Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    assert account.outcomes(check) == {}
    before = account.calls(check)
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    for name, told in (("shut", block), ("open", block | {"BlockPublicPolicy": False})):
        account.client("s3control").create_multi_region_access_point(
            AccountId=people.ACCOUNT,
            ClientToken=name,
            Details={
                "Name": name,
                "PublicAccessBlock": told,
                "Regions": [{"Bucket": "data"}],
            },
        )
        wanted = "pass" if name == "shut" else "fail"
        assert set(account.outcomes(check).values()) == {wanted}
    assert account.calls(check) == before
    account.denied = {"s3control:ListMultiRegionAccessPoints"}
    assert set(account.outcomes(check).values()) == {"unknown"}
