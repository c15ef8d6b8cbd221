"""What SAM makes of its own resources is judged as what it makes."""

from pathlib import Path
from typing import Any

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.cloudformation.serverless import expanded
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

KINDS = ("aws-lambda-function", "aws-apigateway-", "aws-iam-role", "aws-dynamodb-table")
CHECKS = tuple(one for one in own_checks() if one.check.judges.startswith(KINDS))
HEAD = """AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::Serverless-2016-10-31]
Parameters: {Given: {Type: String}}
Conditions: {Maybe: !Equals [!Ref Given, "yes"]}
"""
STACK = (
    HEAD
    + """
Globals:
  Function:
    Runtime: python3.12
    Tracing: Active
    Environment: {Variables: {STAGE: prod}}
Resources:
  Open:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {DB_PASSWORD: hunter2hunter2}}
      FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigins: ["*"]}}
      Policies: [{S3ReadPolicy: {BucketName: b}}]
      Events:
        Orders: {Type: Api, Properties: {Path: /orders, Method: get}}
        Later: {Type: HttpApi, Properties: {Path: /later, Method: post}}
  Closed:
    Type: AWS::Serverless::Function
    Properties:
      Tracing: PassThrough
      DeadLetterQueue: {Type: SQS, TargetArn: "arn:aws:sqs:eu-west-1:111122223333:q"}
      FunctionUrlConfig: {AuthType: AWS_IAM}
      Policies:
        - Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*"}]
      Events:
        Orders: {Type: Api, Properties: {RestApiId: !Ref Asked, Path: /orders, Method: get}}
  Asked:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: {DefaultAuthorizer: AWS_IAM}
      AccessLogSetting: {DestinationArn: "arn:aws:logs:eu-west-1:111122223333:log-group:x"}
  Guard:
    Type: AWS::WAFv2::WebACLAssociation
    Properties:
      WebACLArn: "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/x/1"
      ResourceArn: !Sub "arn:aws:apigateway:x::/restapis/${Asked}/stages/${Asked.Stage}"
  Table: {Type: "AWS::Serverless::SimpleTable", Properties: {SSESpecification: {SSEEnabled: true}}}
  Steps: {Type: "AWS::Serverless::StateMachine"}
"""
)


def read(folder: Path, text: str) -> Code:
    """What a template comes to."""
    (folder / "it.yaml").write_text(text)
    return read_code(folder)


def told(code: Code) -> dict[tuple[str, str], str]:
    """What each check says of each component, by its logical id."""
    return {
        (one.check, one.component.rpartition(":")[2]): str(one.verdict.outcome)
        for one in judge_all(code.snapshot, CHECKS)
    }


def test_functions_apis_and_tables_are_made_as_sam_makes_them(tmp_path: Path) -> None:
    code = read(tmp_path, STACK)
    found = told(code)
    expected = {
        ("aws-lambda-url-open", "Open"): "fail",
        ("aws-lambda-url-open", "Closed"): "pass",
        ("aws-lambda-url-cors", "Open"): "fail",
        ("aws-lambda-function-public", "Open"): "fail",
        ("aws-lambda-function-public", "Closed"): "pass",
        ("aws-lambda-secrets", "Open"): "fail",
        ("aws-lambda-secrets", "Closed"): "pass",
        ("aws-lambda-tracing", "Open"): "pass",
        ("aws-lambda-tracing", "Closed"): "fail",
        ("aws-lambda-dead-letters", "Open"): "fail",
        ("aws-lambda-dead-letters", "Closed"): "pass",
        ("aws-lambda-runtime", "Open"): "pass",
        ("aws-iam-role-any-data", "OpenRole"): "pass",
        ("aws-iam-role-any-data", "ClosedRole"): "pass",
        ("aws-apigateway-rest-api-authorized", "ServerlessRestApi"): "fail",
        ("aws-apigateway-rest-api-authorized", "Asked"): "pass",
        ("aws-apigateway-api-authorized", "ServerlessHttpApi"): "fail",
        ("aws-apigateway-rest-stage-logs", "ServerlessRestApiProdStage"): "fail",
        ("aws-apigateway-rest-stage-logs", "AskedprodStage"): "pass",
        ("aws-apigateway-rest-stage-firewall", "AskedprodStage"): "pass",
        ("aws-apigateway-rest-stage-firewall", "ServerlessRestApiProdStage"): "fail",
        ("aws-dynamodb-table-key", "Table"): "pass",
    }
    assert {key: found.get(key) for key in expected} == expected
    (steps,) = code.remarks
    assert (steps.place.line, "StateMachine" in steps.why) == (43, True)
    assert code.unmapped == {}
    lines = {
        str(one.found.name).rpartition(":")[2]: one.place.line for one in code.snapshot if one.place
    }
    assert (lines["OpenRole"], lines["ServerlessRestApi"], lines["Asked"]) == (12, 12, 31)


ONE = (
    HEAD
    + """
Globals: GLOBALS
Resources:
  It:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Get: {Type: TYPE, Properties: {Path: /x, Method: get, Auth: OWN}}
"""
)


@pytest.mark.parametrize("kind", ["Api", "HttpApi"])
@pytest.mark.parametrize(
    ("usual", "own", "outcome"),
    [
        ("{}", "{}", "fail"),
        ("{Auth: {DefaultAuthorizer: Mine, Authorizers: {Mine: {}}}}", "{}", "pass"),
        ("{Auth: {DefaultAuthorizer: Mine}}", "{Authorizer: NONE}", "fail"),
        ("{}", "{Authorizer: AWS_IAM}", "pass"),
        ("{Auth: {DefaultAuthorizer: !Ref Given}}", "{}", "unknown"),
        ("{Auth: !If [Maybe, {DefaultAuthorizer: Mine}, {}]}", "{}", "unknown"),
        ("{DefinitionBody: {paths: {/y: {get: {}}}}}", "{Authorizer: AWS_IAM}", "fail"),
        ("{DefinitionBody: {paths: {/y: {get: {}}}}, Auth: {DefaultAuthorizer: M}}", "{}",
         "unknown"),
        ("{DefinitionUri: s3://b/k}", "{}", "unknown"),
    ],
)  # fmt: skip
def test_who_is_asked_at_an_event(
    kind: str, usual: str, own: str, outcome: str, tmp_path: Path
) -> None:
    text = ONE.replace("GLOBALS", f"{{{kind}: {usual}}}").replace("TYPE", kind).replace("OWN", own)
    found = told(read(tmp_path, text))
    asked = [one for (check, _), one in found.items() if check.endswith("api-authorized")]
    assert asked == [outcome]


@pytest.mark.parametrize(
    ("properties", "check", "outcome"),
    [
        ("FunctionUrlConfig: {AuthType: !Ref Given}", "aws-lambda-url-open", "unknown"),
        ("FunctionUrlConfig: !If [Maybe, {AuthType: NONE}, {}]", "aws-lambda-url-open", "unknown"),
        ("Policies: {Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}",
         "aws-iam-role-inline-policies", "fail"),
        ("Policies: !If [Maybe, AdministratorAccess, []]", "aws-iam-role-any-data", "unknown"),
    ],
)  # fmt: skip
def test_what_depends_on_something_is_not_known(
    properties: str, check: str, outcome: str, tmp_path: Path
) -> None:
    text = f"{HEAD}Resources:\n  It:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    found = told(read(tmp_path, f"{text}      {properties}\n"))
    assert [one for (name, _), one in found.items() if name == check] == [outcome]


@pytest.mark.parametrize(
    ("policies", "check", "outcome"),
    [
        ("[{S3ReadPolicy: {BucketName: '*'}}]", "aws-iam-role-any-data", "fail"),
        ("[{S3ReadPolicy: {BucketName: !Ref Given}}]", "aws-iam-role-any-data", "unknown"),
        ("[{DynamoDBCrudPolicy: {TableName: !Ref It}}]", "aws-iam-role-any-data", "pass"),
        ("[{DynamoDBCrudPolicy: {TableName: '*'}}]", "aws-iam-role-any-data", "fail"),
        ("[{SSMParameterReadPolicy: {ParameterName: shop/*}}]", "aws-iam-role-any-data", "pass"),
        ("[{KMSDecryptPolicy: {KeyId: '*'}}]", "aws-iam-role-inline-policies", "fail"),
        ("[VPCAccessPolicy, EC2DescribePolicy: {}]", "aws-iam-role-any-change", "pass"),
        ("[{S3ReadPolicy: {Bucket: b}}]", "aws-iam-role-any-data", "unknown"),
        ("[{OfTomorrowPolicy: {Name: b}}]", "aws-iam-role-any-data", "unknown"),
    ],
)
def test_policies_of_one_parameter_are_read_as_sam_writes_them(
    policies: str, check: str, outcome: str, tmp_path: Path
) -> None:
    text = f"{HEAD}Resources:\n  It:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    found = told(read(tmp_path, f"{text}      Policies: {policies}\n"))
    assert [one for (name, _), one in found.items() if name == check] == [outcome]


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("!Ref AWS::Region", "pass"),
        ('!Sub "https://${AWS::StackName}.${AWS::Region}.example/${It.Arn}"', "pass"),
        ('!Sub "https://shop:hunter2hunter2@${AWS::Region}.example"', "fail"),
        ("!Ref Given", "pass"),
        ('!Sub "${AWS::Region}${Given}"', "pass"),
        ('!Sub "https://${Given}@${AWS::Region}.example"', "unknown"),
    ],
)
def test_where_a_stack_will_be_is_no_secret(value: str, outcome: str, tmp_path: Path) -> None:
    text = f"{HEAD}Resources:\n  It:\n    Type: AWS::Serverless::Function\n    Properties:\n"
    variables = f"      Environment: {{Variables: {{WHERE: {value}}}}}\n"
    assert told(read(tmp_path, text + variables))["aws-lambda-secrets", "It"] == outcome


def test_settings_that_depend_on_a_condition_are_not_known(tmp_path: Path) -> None:
    text = f"{HEAD}Resources:\n  It:\n    Type: AWS::Serverless::Api\n    Properties:\n"
    settings = "MethodSettings: [!If [Maybe, {LoggingLevel: INFO}, {}]]"
    code = read(tmp_path, f"{text}      StageName: prod\n      {settings}\n")
    assert told(code)["aws-apigateway-rest-stage-logs", "ItprodStage"] == "unknown"
    assert not code.is_broken


def test_what_is_no_resource_of_sam_stays_as_it_is() -> None:
    several: list[Any] = [None, [], {}, {"Type": 5}, {"Type": "AWS::S3::Bucket"}]
    for one in several:
        assert expanded({"Resources": {"It": one}, "Globals": []}).resources == {"It": one}


def test_an_address_of_a_template_is_open_only_where_a_permission_opens_it(tmp_path: Path) -> None:
    text = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  It: {Type: "AWS::Lambda::Function"}
  Address: {Type: "AWS::Lambda::Url", Properties: {TargetFunctionArn: !Ref It, AuthType: NONE}}
"""
    assert told(read(tmp_path, text))["aws-lambda-url-open", "It"] == "pass"
