"""What policies in code grant is told, though what they name is not known."""

from pathlib import Path

import pytest
from tests.posture.code.test_doubt import outcomes

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all

ANY = ("aws-iam-role-any-data", "aws-iam-role-any-change", "aws-iam-role-inline-policies")
TERRAFORM = """
data "aws_region" "here" {}
data "aws_caller_identity" "me" {}
data "aws_kms_key" "shared" { key_id = "alias/shared" }
variable "region" {}
variable "unknown" {}
resource "aws_dynamodb_table" "orders" { name = var.unknown }
resource "aws_iam_role" "it" {
  name               = "it"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { Service = "lambda.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "it" {
  role   = aws_iam_role.it.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["$ACTION"],
    Resource = "$RESOURCE" }] })
}
"""
TEMPLATE = """
Parameters: {Given: {Type: String}}
Resources:
  Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Ref Given}}
  Stack: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://s3/x"}}
  It:
    Type: AWS::IAM::Role
    Properties:
      RoleName: it
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: "sts:AssumeRole",
          Principal: {Service: lambda.amazonaws.com}}]
      Policies:
        - PolicyName: own
          PolicyDocument: {Statement: [{Effect: Allow, Action: ["$ACTION"], Resource: $RESOURCE}]}
"""
HERE = "${data.aws_region.here.name}:${data.aws_caller_identity.me.account_id}"


def in_terraform(action: str, resource: str) -> dict[str, str]:
    """What is said of a role that may do so."""
    text = TERRAFORM.replace("$ACTION", action).replace("$RESOURCE", resource)
    return {check: outcome for (check, _), outcome in outcomes(text).items() if check in ANY}


def in_template(folder: Path, action: str, resource: str) -> dict[str, str]:
    """The same of a template."""
    text = TEMPLATE.replace("$ACTION", action).replace("$RESOURCE", resource)
    (folder / "it.yaml").write_text(text)
    several = judge_all(read_code(folder).snapshot, own_checks(["aws-iam"]))
    return {one.check: str(one.verdict.outcome) for one in several if one.check in ANY}


@pytest.mark.parametrize(
    ("action", "resource", "check", "outcome"),
    [
        ("secretsmanager:Get*", f"arn:aws:secretsmanager:{HERE}:secret:*", ANY[0], "fail"),
        ("secretsmanager:Get*", f"arn:aws:secretsmanager:{HERE}:secret:shop-*", ANY[0], "pass"),
        ("ssm:Get*", "arn:aws:ssm:${var.region}:*:parameter/*", ANY[0], "fail"),
        ("ssm:Get*", "arn:aws:ssm:eu-central-1:*:parameter/*", ANY[0], "fail"),
        ("ssm:Get*", "arn:aws:ssm:eu-central-1:*:parameter/*/*", ANY[0], "fail"),
        ("secretsmanager:Get*", f"arn:aws:secretsmanager:{HERE}:*/*", ANY[0], "fail"),
        ("ssm:Get*", "arn:aws:ssm:${var.region}:*:parameter/shop/*", ANY[0], "pass"),
        ("ssm:Get*", "arn:aws:ssm:*:*:parameter/${var.unknown}", ANY[0], "unknown"),
        ("ssm:Get*", "${var.unknown}", ANY[0], "unknown"),
        ("ssm:Get*", "${var.unknown}", ANY[2], "pass"),
        ("kms:Decrypt", "${var.unknown}", ANY[2], "unknown"),
        ("kms:Decrypt", "${data.aws_kms_key.shared.arn}", ANY[2], "pass"),
        ("dynamodb:*", "${aws_dynamodb_table.orders.arn}", ANY[1], "pass"),
        ("dynamodb:*", "${aws_dynamodb_table.orders.arn}/index/*", ANY[0], "pass"),
        (
            "dynamodb:*",
            "arn:aws:dynamodb:*:*:table/${aws_dynamodb_table.orders.id}",
            ANY[0],
            "pass",
        ),
        ("rds:*", "arn:aws:rds:${var.region}:*:db:*", ANY[1], "fail"),
    ],
)
def test_what_terraform_grants(action: str, resource: str, check: str, outcome: str) -> None:
    assert in_terraform(action, resource)[check] == outcome


@pytest.mark.parametrize(
    ("action", "resource", "check", "outcome"),
    [
        (
            "secretsmanager:GetSecretValue",
            '!Sub "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"',
            ANY[0],
            "fail",
        ),
        ("ssm:GetParameter", '!Sub "arn:aws:ssm:${AWS::Region}:*:parameter/x/*"', ANY[0], "pass"),
        ("dynamodb:*", "!GetAtt Orders.Arn", ANY[0], "pass"),
        ("dynamodb:*", '[!GetAtt Orders.Arn, !Sub "${Orders.Arn}/index/*"]', ANY[1], "pass"),
        ("dynamodb:*", '!Sub "arn:aws:dynamodb:*:*:table/${AWS::StackName}-*"', ANY[0], "pass"),
        ("dynamodb:*", '!Sub "arn:aws:dynamodb:*:*:table/${Given}"', ANY[0], "unknown"),
        ("dynamodb:*", "!GetAtt Stack.Outputs.Table", ANY[0], "unknown"),
        ("s3:*", "!Ref Given", ANY[0], "unknown"),
        ("sqs:*", "!Ref Given", ANY[0], "pass"),
        ("s3:GetObject", "!Ref Given", ANY[0], "unknown"),
        ("s3:GetObject", "!Ref Given", ANY[1], "pass"),
        ("s3:GetObject", "!Ref Given", ANY[2], "pass"),
        ("*", "!Ref Given", ANY[1], "unknown"),
        ("*", "!Ref Given", ANY[2], "unknown"),
    ],
)
def test_what_a_template_grants(
    tmp_path: Path, action: str, resource: str, check: str, outcome: str
) -> None:
    assert in_template(tmp_path, action, resource)[check] == outcome


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_an_administrator_is_told_beside_what_is_not_known(tmp_path: Path, effect: str) -> None:
    """A statement that may deny everything is another matter."""
    (tmp_path / "main.tf").write_text(
        TERRAFORM.replace("$ACTION", "elasticloadbalancing:Describe*")
        .replace("$RESOURCE", "${var.unknown}")
        .replace('{ Effect = "Allow", Action = [', f'{{ Effect = "{effect}", Action = [')
        + """
resource "aws_iam_role_policy_attachment" "it" {
  role       = aws_iam_role.it.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""
    )
    several = judge_all(read_code(tmp_path).snapshot, own_checks(["aws-iam"]))
    told = {one.check: str(one.verdict.outcome) for one in several}
    assert told["aws-iam-role-administrator"] == "fail"


def test_what_grants_too_much_is_told_beside_what_is_not_known() -> None:
    more = '{ Effect = "Allow", Action = "s3:*", Resource = "*" },'
    told = outcomes(
        TERRAFORM.replace("Statement = [{ Effect", f"Statement = [{more} {{ Effect")
        .replace("$ACTION", "dynamodb:*")
        .replace("$RESOURCE", "${var.unknown}")
    )
    found = {check: outcome for (check, _), outcome in told.items()}
    assert found["aws-iam-role-any-data"] == "fail"


def test_where_it_will_be_is_not_said_by_what_stands_for_it(tmp_path: Path) -> None:
    text = TEMPLATE.replace("$ACTION", "ssm:Get*").replace(
        "Resource: $RESOURCE", "Resource: [$A, $B]"
    )
    text = text.replace("$A", '!Sub "arn:aws:ssm:${AWS::Region}:*:*"')
    (tmp_path / "it.yaml").write_text(text.replace("$B", '"arn:aws:ssm:eu-west-3:*:*"'))
    several = judge_all(read_code(tmp_path).snapshot, own_checks(["aws-iam"]))
    (why,) = [one.verdict.why for one in several if one.check == ANY[0]]
    assert why == "own allows ssm:GetParameter of any parameter in eu-west-3"
    (tmp_path / "it.yaml").write_text(text.replace("$B", '"arn:aws:s3:::shop/x"'))
    several = judge_all(read_code(tmp_path).snapshot, own_checks(["aws-iam"]))
    (why,) = [one.verdict.why for one in several if one.check == ANY[0]]
    assert why == "own allows ssm:GetParameter of any parameter"


def test_what_one_policy_grants_is_told_beside_one_that_is_not_known(tmp_path: Path) -> None:
    """As a template of policies of SAM, of which not even the form is read."""
    (tmp_path / "it.yaml").write_text(
        TEMPLATE.replace("$ACTION", "ssm:Get*").replace("$RESOURCE", '"*"')
        + "        - {PolicyName: open, PolicyDocument: !Ref Given}\n"
    )
    several = judge_all(read_code(tmp_path).snapshot, own_checks(["aws-iam"]))
    told = {one.check: str(one.verdict.outcome) for one in several}
    assert [told[one] for one in ANY] == ["fail", "unknown", "unknown"]


MANAGED = """
Parameters: {Given: {Type: String}}
Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - {Effect: Allow, Action: "s3:GetObject", Resource: !Sub "arn:aws:s3:::${Given}/*"}
          - {Effect: Allow, Action: "iam:PassRole", Resource: "*"}
          - {Effect: Allow, Action: "kms:Decrypt", Resource: "*"}
"""


def test_one_statement_of_what_is_not_known_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(MANAGED)
    several = judge_all(read_code(tmp_path).snapshot, own_checks(["aws-iam-policy"]))
    told = {one.check.removeprefix("aws-iam-policy-"): str(one.verdict.outcome) for one in several}
    expected = {
        "pass-any-role": "fail",
        "kms-any-key": "fail",
        "administrator": "pass",
        "any-change": "pass",
        "any-data": "unknown",
        "assume-any-role": "pass",
        "whole-services": "pass",
    }
    assert told | expected == told
