"""Keys, secrets, topics, queues, functions, parameters: who comes in, and what only looks open."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.posture.aws import services
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.core.observations import State
from ringwall.posture.collecting.planning import plan_for

PREFIXES = (
    *("aws-kms-", "aws-secretsmanager-", "aws-sns-", "aws-sqs-", "aws-lambda-", "aws-ssm-"),
    *("aws-events-", "aws-logs-"),
)
FAILS = {
    "aws-kms-key-grants",
    "aws-kms-key-public",
    "aws-kms-key-rotation",
    "aws-kms-key-used",
    "aws-lambda-function-public",
    "aws-lambda-runtime",
    "aws-lambda-secrets",
    "aws-lambda-tracing",
    "aws-lambda-url-cors",
    "aws-lambda-url-open",
    "aws-lambda-variables-key",
    "aws-logs-group-encrypted",
    "aws-logs-group-retention",
    "aws-logs-policy-public",
    "aws-secretsmanager-own-key",
    "aws-secretsmanager-secret-public",
    "aws-sns-topic-encrypted",
    "aws-sns-topic-http",
    "aws-sns-topic-public",
    "aws-sqs-queue-any-customer",
    "aws-sqs-queue-encrypted",
    "aws-ssm-automation-logged",
    "aws-ssm-document-shared",
    "aws-ssm-parameter-secure",
    "aws-ssm-sharing-blocked",
}
"""What is wrong where nobody took care, and well where somebody did."""


@pytest.fixture
def more(account: Account) -> Account:
    """The account, with what moto does not know of."""
    account.answers["lambda:ListFunctionUrlConfigs"] = lambda asked: {
        "FunctionUrlConfigs": [account.client("lambda").get_function_url_config(**asked)]
    }
    account.answers["ssm:GetServiceSetting"] = lambda asked: {
        "ServiceSetting": {"SettingId": asked["SettingId"], "SettingValue": "Enable"}
    }
    return account


def test_what_is_open_is_found(more: Account) -> None:
    services.careless(more.client)
    failed = {check for (check, _), told in more.outcomes(*PREFIXES).items() if told == "fail"}
    assert failed >= FAILS


def test_what_only_looks_open_is_not_found(more: Account) -> None:
    services.careful(more.client)
    values = {
        "public-sharing-permission": "Disable",
        "customer-script-log-destination": "CloudWatch",
    }
    more.answers["ssm:GetServiceSetting"] = lambda asked: {
        "ServiceSetting": {"SettingValue": values[asked["SettingId"].rpartition("/")[2]]}
    }
    found = more.outcomes(*PREFIXES)
    wrong = {key: told for key, told in found.items() if key[0] in FAILS and told != "pass"}
    assert wrong == {}


def test_what_is_denied_passes_nowhere(more: Account) -> None:
    services.careful(more.client)
    before = more.outcomes(*PREFIXES)
    checks = [one for one in CHECKS if one.id.startswith(PREFIXES)]
    more.denied = {one.call for one in plan_for(checks).details}
    for one in more.judged(*PREFIXES):
        if any(fact.state is State.DENIED for fact in one.verdict.facts):
            assert one.verdict.outcome == "unknown", one.check
    after = more.outcomes(*PREFIXES)
    assert {after[key] for key in after if after[key] != before[key]} == {"unknown"}


def test_passwords_in_an_address_are_told_nobody(account: Account) -> None:
    services.careless(account.client)
    (judged,) = account.judged("aws-sns-topic-http")
    assert judged.verdict.why == "it delivers to example.com"


def test_a_bus_for_everybody_is_found_by_its_policy(account: Account) -> None:
    """moto keeps no policy of a bus as AWS does."""
    one = services.EVERYBODY | {"Action": "events:PutEvents"}
    buses: list[dict[str, Any]] = [
        {"Name": "open", "Arn": "arn:aws:events:eu-west-1:123456789012:event-bus/open"},
        {"Name": "own", "Arn": "arn:aws:events:eu-west-1:123456789012:event-bus/own"},
    ]
    buses[0]["Policy"] = json.dumps({"Statement": [one]})

    def listed(asked: dict[str, Any]) -> dict[str, Any]:
        second = asked.get("NextToken") == "more"
        return (
            {"EventBuses": buses[1:]} if second else {"EventBuses": buses[:1], "NextToken": "more"}
        )

    account.answers["events:ListEventBuses"] = listed
    assert account.outcomes("aws-events-bus-public") == {
        ("aws-events-bus-public", "open"): "fail",
        ("aws-events-bus-public", "own"): "pass",
    }, "a second page is read, though botocore has no pages of this call"


def test_who_reads_a_document_may_stand_on_a_second_page(account: Account) -> None:
    content = json.dumps({"schemaVersion": "2.2", "description": "x", "mainSteps": []})
    account.client("ssm").create_document(Content=content, Name="setup", DocumentType="Command")

    def shared(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("NextToken") == "more":
            return {"AccountIds": ["all"]}
        return {"AccountIds": ["444455556666"], "NextToken": "more"}

    account.answers["ssm:DescribeDocumentPermission"] = shared
    assert set(account.outcomes("aws-ssm-document-shared").values()) == {"fail"}
    assert set(account.outcomes("aws-ssm-document-other-accounts").values()) == {"fail"}


def test_domains_are_read_where_aws_keeps_them(account: Account) -> None:
    account.answers["route53domains:ListDomains"] = lambda _: {
        "Domains": [{"DomainName": "example.com", "AutoRenew": True, "TransferLock": False}]
    }
    account.denied = {"route53domains:GetDomainDetail"}
    found = account.outcomes("aws-route53domains-lock", "aws-route53domains-privacy")
    assert found == {
        ("aws-route53domains-lock", "example.com"): "fail",
        ("aws-route53domains-privacy", "example.com"): "unknown",
    }


def test_a_name_that_leads_to_a_bucket_that_is_gone(account: Account) -> None:
    route53 = account.client("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="a")["HostedZone"]["Id"]
    target = {
        "HostedZoneId": "Z1BKCTXD74EZPE",
        "DNSName": "s3-website-eu-west-1.amazonaws.com",
        "EvaluateTargetHealth": False,
    }
    record = {"Name": "shop.example.com", "Type": "A", "AliasTarget": target}
    changes = [{"Action": "CREATE", "ResourceRecordSet": record}]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    key = ("aws-route53-dangling", "example.com")
    assert account.outcomes(key[0])[key] == "fail"
    account.client("s3").create_bucket(
        Bucket="shop.example.com",
        CreateBucketConfiguration={"LocationConstraint": services.REGION},
    )
    assert account.outcomes(key[0])[key] == "pass"
    account.denied = {"s3:ListBuckets"}
    assert account.outcomes(key[0])[key] == "unknown"


def test_a_bucket_is_as_open_as_the_access_points_that_its_policy_leaves_it_to(
    account: Account,
) -> None:
    s3, control = account.client("s3"), account.client("s3control")
    number = "123456789012"
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    left = {"StringEquals": {"s3:DataAccessPointAccount": number}}
    one = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Condition": left}
    resources = ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"]
    s3.put_bucket_policy(
        Bucket="shop", Policy=json.dumps({"Statement": [one | {"Resource": resources}]})
    )
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
    )
    for name, principal in (("open", "*"), ("shut", {"AWS": number})):
        made = control.create_access_point(
            AccountId=number, Name=name, Bucket="shop", PublicAccessBlockConfiguration=block
        )
        one = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject"}
        one["Resource"] = f"{made['AccessPointArn']}/object/*"
        policy = json.dumps({"Statement": [one]})
        control.put_access_point_policy(AccountId=number, Name=name, Policy=policy)
    found = account.outcomes("aws-s3-access-point", "aws-s3-bucket-public")
    assert found == {
        ("aws-s3-bucket-public", "shop"): "pass",
        ("aws-s3-access-point-public", "open"): "fail",
        ("aws-s3-access-point-public", "shut"): "pass",
    }
    account.denied = {"s3control:GetAccessPointPolicy"}
    found = account.outcomes("aws-s3-access-point")
    assert set(found.values()) == {"unknown"}


def test_a_function_is_as_open_as_its_aliases(account: Account) -> None:
    services.function(account.client, "shop")
    functions = account.client("lambda")
    functions.publish_version(FunctionName="shop")
    functions.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    url = {"FunctionUrl": "https://a", "AuthType": "NONE"}

    def policy(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("Qualifier") != "live":
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetPolicy")
        one = {"Effect": "Allow", "Principal": "*", "Action": "lambda:*"}
        one["Resource"] = "arn:aws:lambda:eu-west-1:123456789012:function:shop:live"
        return {"Policy": json.dumps({"Statement": [one]})}

    account.answers["lambda:GetPolicy"] = policy
    account.answers["lambda:ListFunctionUrlConfigs"] = lambda _: {"FunctionUrlConfigs": [url]}
    checks = ("aws-lambda-function-public", "aws-lambda-url-open")
    assert account.outcomes(*checks) == {
        ("aws-lambda-function-public", "shop"): "fail",
        ("aws-lambda-url-open", "shop"): "pass",
    }
    url["FunctionArn"] = "arn:aws:lambda:eu-west-1:123456789012:function:shop:live"
    assert account.outcomes(*checks)["aws-lambda-url-open", "shop"] == "fail"
    account.denied = {"lambda:ListAliases"}
    assert set(account.outcomes(*checks).values()) == {"unknown"}


def test_a_parameter_that_is_called_by_a_path_is_named_as_policies_name_it(
    account: Account,
) -> None:
    for name in ("/shop/key", "plain"):
        account.client("ssm").put_parameter(Name=name, Value="x", Type="String")
    (check,) = [one for one in CHECKS if one.id == "aws-ssm-parameter-secure"]
    begin = "arn:aws:ssm:eu-west-1:123456789012:parameter/"
    told = {(seen.found.name, seen.found.label) for seen in account.read([check])}
    assert {(f"{begin}shop/key", "/shop/key"), (f"{begin}plain", "plain")} <= told
