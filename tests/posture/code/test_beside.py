"""What stands beside something unknown decides where it does so whatever that will be."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.posture.code.test_doubt import outcomes
from tests.posture.code.test_templates import made, read, ref, said

from ringwall.posture.permissions.least import least
from ringwall.posture.snapshot.partial import Unknown, guarded

BUCKET = "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.it"
POLICY = """
variable "unknown" {}
resource "aws_s3_bucket" "it" { bucket = "shop" }
resource "aws_s3_bucket_policy" "it" {
  bucket = aws_s3_bucket.it.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [$STATEMENTS] })
}
"""
WHOLE = {
    "Effect": '"Allow"',
    "Principal": '"*"',
    "Action": '"s3:GetObject"',
    "Resource": '"arn:aws:s3:::shop/*"',
}
OPEN, DENY = "aws-s3-bucket-public", '"Deny"'


def statement(**other: str) -> str:
    """A statement, with other elements than the usual ones; none of a name where it is empty."""
    told = {key: value for key, value in {**WHOLE, **other}.items() if value}
    return "{" + ", ".join(f"{key} = {value}" for key, value in told.items()) + "}"


def asks(operator: str, key: str, *values: str) -> str:
    """A condition."""
    return f'{{ {operator} = {{ "{key}" = [{", ".join(values)}] }} }}'


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"Principal": '{ AWS = [var.unknown, "*"] }'}, "fail"),
        ({"Principal": '{ AWS = "*", Service = var.unknown }'}, "fail"),
        ({"Principal": "{ AWS = [var.unknown] }"}, "unknown"),
        ({"Principal": "var.unknown"}, "unknown"),
        ({"Principal": '{ AWS = [var.unknown, "arn:aws:iam::111122223333:root"] }'}, "unknown"),
        ({"Action": '[var.unknown, "s3:*"]'}, "fail"),
        ({"Action": "[var.unknown]"}, "unknown"),
        ({"Resource": '[var.unknown, "arn:aws:s3:::shop/*"]'}, "fail"),
        ({"Resource": '["${var.unknown}/*", "arn:aws:s3:::shop/*"]'}, "fail"),
        ({"Sid": "var.unknown"}, "fail"),
        (
            {"Principal": "", "NotPrincipal": '{ AWS = [var.unknown, "arn:aws:iam::1:root"] }'},
            "unknown",
        ),
        ({"Action": "", "NotAction": '[var.unknown, "s3:PutObject"]'}, "unknown"),
        ({"Resource": "", "NotResource": '[var.unknown, "arn:aws:s3:::other"]'}, "unknown"),
        ({"Effect": "var.unknown"}, "unknown"),
        ({"Effect": "var.unknown", "Action": '[var.unknown, "s3:*"]'}, "unknown"),
        ({"Condition": asks("IpAddress", "aws:SourceIp", "var.unknown", '"0.0.0.0/0"')}, "fail"),
        ({"Condition": asks("IpAddress", "aws:SourceIp", "var.unknown")}, "unknown"),
        ({"Condition": asks("StringLike", "aws:PrincipalArn", "var.unknown", '"*"')}, "fail"),
        (
            {"Condition": asks("NotIpAddress", "aws:SourceIp", "var.unknown", '"10.0.0.0/8"')},
            "unknown",
        ),
        (
            {"Condition": asks("StringNotEquals", "aws:SourceVpc", "var.unknown", '"vpc-1"')},
            "unknown",
        ),
        ({"Condition": "var.unknown"}, "unknown"),
    ],
)
def test_a_statement_that_lets_in_everybody_does_so_whatever_else_it_says(
    other: dict[str, str], expected: str
) -> None:
    told = outcomes(POLICY.replace("$STATEMENTS", statement(**other)))
    assert told[OPEN, BUCKET] == expected


@pytest.mark.parametrize(
    "denied",
    [
        {"Principal": '{ AWS = [var.unknown, "*"] }'},
        {"Action": '[var.unknown, "s3:GetObject"]'},
        {"Resource": '[var.unknown, "arn:aws:s3:::shop/*"]'},
    ],
)
def test_a_denial_of_which_something_is_not_known_makes_no_pass(denied: dict[str, str]) -> None:
    several = f"{statement()}, {statement(**(denied | {'Effect': DENY}))}"
    assert outcomes(POLICY.replace("$STATEMENTS", several))[OPEN, BUCKET] == "unknown"


@pytest.mark.parametrize(
    ("condition", "public", "any_customer"),
    [
        (asks("Bool", "aws:SecureTransport", "var.unknown", '"true"'), "fail", "pass"),
        (asks("ArnLike", "aws:SourceArn", "var.unknown", '"arn:aws:s3:::*"'), "unknown", "fail"),
        (asks("ArnLike", "aws:SourceArn", "var.unknown"), "unknown", "unknown"),
    ],
)
def test_whom_a_statement_is_for_is_told_by_what_it_asks_for(
    condition: str, public: str, any_customer: str
) -> None:
    text = """
    variable "unknown" {}
    resource "aws_sqs_queue" "it" {
      name   = "it"
      policy = jsonencode({ Version = "2012-10-17", Statement = [$STATEMENT] })
    }
    """
    told = statement(Action='"sqs:SendMessage"', Resource='"*"', Condition=condition)
    said = outcomes(text.replace("$STATEMENT", told))
    name = "aws-sqs-queue/terraform:main.tf:aws_sqs_queue.it"
    assert said["aws-sqs-queue-public", name] == public
    assert said["aws-sqs-queue-any-customer", name] == any_customer


def test_an_action_beside_one_that_is_not_known_makes_an_administrator() -> None:
    text = """
    variable "unknown" {}
    resource "aws_iam_policy" "it" {
      name   = "it"
      policy = data.aws_iam_policy_document.it.json
    }
    data "aws_iam_policy_document" "it" {
      statement {
        actions   = $ACTIONS
        resources = ["*"]
      }
    }
    """
    name = "aws-iam-policy/terraform:main.tf:aws_iam_policy.it"
    several = ('[var.unknown, "*"]', '[var.unknown, "s3:GetObject"]', '["s3:GetObject"]', '["*"]')
    said = [outcomes(text.replace("$ACTIONS", actions)) for actions in several]
    told = [one["aws-iam-policy-administrator", name] for one in said]
    assert told == ["fail", "unknown", "pass", "fail"]
    beside = [one["aws-iam-policy-any-data", name] for one in said]
    assert beside == ["unknown", "fail", "fail", "pass"], "no pass stands on a part"


def test_a_parameter_of_a_template_hides_nothing(tmp_path: Path) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [ref("Who"), "*"]},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::shop/*",
    }
    resources = {
        "B": made("AWS::S3::Bucket", BucketName="shop"),
        "P": made(
            "AWS::S3::BucketPolicy", Bucket="shop", PolicyDocument={"Statement": [statement]}
        ),
    }
    code = read(tmp_path, resources, Parameters={"Who": {"Type": "String"}})
    assert said(code, OPEN) == ["fail"]


GROUP = "aws-ec2-security-group/terraform:main.tf:aws_security_group.it"
RULE = """
variable "unknown" {}
resource "aws_security_group" "it" {
  ingress {
    protocol  = "tcp"
    from_port = 22
    to_port   = $LAST
    $SOURCES
  }
}
"""


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ('cidr_blocks = [var.unknown, "0.0.0.0/0"]', "fail"),
        ('cidr_blocks = ["0.0.0.0/1", var.unknown, "128.0.0.0/1"]', "fail"),
        ('cidr_blocks = var.unknown\nipv6_cidr_blocks = ["::/0"]', "fail"),
        ('cidr_blocks = ["0.0.0.0/0"]\nprefix_list_ids = [var.unknown]', "fail"),
        ('cidr_blocks = [var.unknown, "10.0.0.0/8"]', "unknown"),
        ("cidr_blocks = var.unknown", "unknown"),
        ('cidr_blocks = ["10.0.0.0/8"]', "pass"),
    ],
)
def test_a_network_beside_one_that_is_not_known_is_let_in(sources: str, expected: str) -> None:
    told = outcomes(RULE.replace("$SOURCES", sources).replace("$LAST", "22"))
    assert told["aws-ec2-security-group-ssh", GROUP] == expected


def test_a_port_that_is_not_known_opens_nothing_for_certain() -> None:
    sources = 'cidr_blocks = [var.unknown, "0.0.0.0/0"]'
    told = outcomes(RULE.replace("$SOURCES", sources).replace("$LAST", "var.unknown"))
    assert told["aws-ec2-security-group-ssh", GROUP] == "unknown"


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        ('[var.unknown, "0.0.0.0/0"]', "fail"),
        ('[var.unknown, "52.1.2.0/24"]', "unknown"),
        ("var.unknown", "unknown"),
        ('["52.1.2.0/24"]', "pass"),
    ],
)
def test_everybody_beside_somebody_reaches_a_cluster(cidrs: str, expected: str) -> None:
    told = outcomes(f"""
    variable "unknown" {{}}
    resource "aws_eks_cluster" "it" {{
      name = "it"
      vpc_config {{ public_access_cidrs = {cidrs} }}
    }}
    """)
    name = "aws-eks-cluster/terraform:main.tf:aws_eks_cluster.it"
    assert told["aws-eks-cluster-public", name] == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ('protocol = "-1"\ncidr_blocks = [var.unknown, "0.0.0.0/0"]', "fail"),
        ('protocol = "-1"\ncidr_blocks = [var.unknown]', "unknown"),
        ('protocol = var.unknown\ncidr_blocks = ["0.0.0.0/0"]', "unknown"),
        ('protocol = "-1"\ncidr_blocks = ["10.0.0.0/8"]', "pass"),
    ],
)
def test_what_is_let_out_to_everybody_beside_somebody_is(rule: str, expected: str) -> None:
    told = outcomes(f"""
    variable "unknown" {{}}
    resource "aws_security_group" "it" {{
      egress {{
        from_port = 0
        to_port   = 0
        {rule}
      }}
    }}
    """)
    assert told["aws-ec2-security-group-egress", GROUP] == expected


ANY = Unknown("nobody knows")
ALLOWED: dict[str, Any] = {"Effect": "Allow", "Action": ["a:B", ANY], "Resource": "*"}


@pytest.mark.parametrize(
    ("operator", "is_less"),
    [
        ("StringEquals", True),
        ("stringequalsifexists", True),
        ("ForAllValues:StringLike", True),
        ("ForAnyValue:ArnLikeIfExists", True),
        ("NumericLessThan", True),
        ("StringNotEquals", False),
        ("ForAnyValue:StringNotLikeIfExists", False),
        ("ArnNotEquals", False),
        ("NotIpAddress", False),
        ("NobodyKnowsIt", False),
    ],
)
def test_fewer_values_of_a_condition_allow_less_where_it_is_not_negated(
    operator: str, *, is_less: bool
) -> None:
    told = {**ALLOWED, "Condition": {operator: {"a:k": [ANY, "1"], "a:l": "2"}}}
    expected = {
        "Effect": "Allow",
        "Action": ["a:B"],
        "Resource": "*",
        "Condition": {operator: {"a:k": ["1"], "a:l": "2"}},
    }
    assert least(guarded(told)) == (expected if is_less else None)


@pytest.mark.parametrize(
    "other",
    [
        {"Effect": "Deny"},
        {"Effect": ANY},
        {"Action": ANY},
        {"Action": [ANY]},
        {"Resource": [ANY, ANY]},
        {"Resource": ANY},
        {"NotAction": ["a:B", ANY]},
        {"NotResource": ["b", ANY]},
        {"NotPrincipal": {"AWS": ["c", ANY]}},
        {"Principal": ANY},
        {"Principal": {"AWS": ANY, "Service": [ANY]}},
        {"Condition": ANY},
        {"Condition": {"StringEquals": ANY}},
        {"Condition": {"StringEquals": {"a:k": [ANY]}}},
        {"Condition": {"StringNotEquals": {"a:k": ["1", ANY]}}},
    ],
    ids=lambda one: json.dumps(one, default=str),
)
def test_nothing_is_allowed_for_certain_where_all_of_it_or_less_may_be(
    other: dict[str, Any],
) -> None:
    assert least(guarded({**ALLOWED, **other})) is None
    assert least(guarded(ANY)) is None
    assert least("no statement") is None
