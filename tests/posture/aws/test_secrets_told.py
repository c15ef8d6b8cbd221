"""Secrets in stacks, documents and stages of APIs are found, and none is repeated."""

import json

import pytest
from tests.posture.aws.conftest import CHECKS, Account

from ringwall.core.observations import State
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collectors.aws.cloudformation import STACK

SECRET = "hunter2hunter2"
OUTPUTS = "aws-cloudformation-outputs-secrets"
PARAMETERS = "aws-cloudformation-parameters-secrets"
DOCUMENT = "aws-ssm-document-secrets"
STAGES = ("aws-apigateway-rest-stage-secrets", "aws-apigateway-stage-secrets")


def _stack(account: Account, name: str, output: dict[str, str], given: dict[str, str]) -> None:
    template = {
        "Parameters": {key: {"Type": "String"} for key in given},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}},
        "Outputs": {key: {"Value": value} for key, value in output.items()},
    }
    account.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": one} for key, one in given.items()],
    )


def _document(account: Account, name: str, line: str) -> None:
    step = {"action": "aws:runShellScript", "name": "run", "inputs": {"runCommand": ["id", line]}}
    content = {"schemaVersion": "2.2", "description": "x", "mainSteps": [step]}
    account.client("ssm").create_document(
        Content=json.dumps(content), Name=name, DocumentType="Command", DocumentFormat="JSON"
    )


def _stages(account: Account, name: str, variables: dict[str, str]) -> None:
    rest, later = account.client("apigateway"), account.client("apigatewayv2")
    api = rest.create_rest_api(name=name)["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="AWS_IAM")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    made = rest.create_deployment(restApiId=api)["id"]
    rest.create_stage(restApiId=api, stageName=name, deploymentId=made, variables=variables)
    api = later.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
    later.create_stage(ApiId=api, StageName=name, StageVariables=variables)


@pytest.fixture
def filled(account: Account) -> Account:
    """One of each that holds a secret, and one that only looks so."""
    _stack(account, "open", {"DbPassword": SECRET}, {"DbPassword": SECRET})
    where = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop"
    shown = "****"  # as AWS shows what has NoEcho; moto does not
    _stack(account, "shut", {"DbPasswordArn": where}, {"DbPassword": shown})
    _document(account, "open", f"export DB_PASSWORD={SECRET}")
    _document(account, "shut", "export DB_PASSWORD=$(aws ssm get-parameter --name x)")
    _stages(account, "open", {"backendPassword": SECRET})
    _stages(account, "shut", {"backendPassword": "/shop/backend/password"})
    return account


def test_what_holds_a_secret_fails_and_what_looks_so_does_not(filled: Account) -> None:
    found = filled.outcomes(OUTPUTS, PARAMETERS, DOCUMENT, *STAGES)
    failed = {(check, label) for (check, label), told in found.items() if told == "fail"}
    assert {check for check, _ in failed} == {OUTPUTS, PARAMETERS, DOCUMENT, *STAGES}
    assert {(check, label) for check, label in failed if not label.endswith("open")} == set()
    passed = {check for (check, label), told in found.items() if told == "pass" and "shut" in label}
    assert passed == {OUTPUTS, PARAMETERS, DOCUMENT, *STAGES}
    for one in filled.judged(OUTPUTS, PARAMETERS, DOCUMENT, *STAGES):
        assert SECRET not in one.verdict.why


def test_what_may_not_be_read_is_unknown(filled: Account) -> None:
    filled.denied = {"ssm:GetDocument"}
    assert set(filled.outcomes(DOCUMENT).values()) == {"unknown"}
    filled.denied = {"cloudformation:DescribeStacks"}
    assert filled.outcomes(OUTPUTS, PARAMETERS) == {}
    (told,) = [
        told
        for _, told in filled.read([one for one in CHECKS if one.id == OUTPUTS]).listings(STACK)
    ]
    assert told.state is State.DENIED


def test_nobody_is_asked_for_documents_where_there_are_none(account: Account) -> None:
    assert account.calls(DOCUMENT) == 1
    assert account.calls("aws-cloudformation-") == 1


def test_two_more_permissions_are_needed() -> None:
    checks = [one for one in CHECKS if one.id.startswith(("aws-cloudformation-", DOCUMENT))]
    assert plan_for(checks).actions == [
        "cloudformation:DescribeStacks",
        "ec2:DescribeRegions",
        "ssm:GetDocument",
        "ssm:ListDocuments",
        "sts:GetCallerIdentity",
    ]
