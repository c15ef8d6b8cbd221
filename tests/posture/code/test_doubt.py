"""What may not be there proves nothing: what is not known never makes a pass of anything else."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import read_code
from ringwall.posture.judging import judge_all

ADDRESSES = {
    "open": '["0.0.0.0/0"]', "status": '"Enabled"', "count": "1", "on": "true", "port": "22",
    "type": '"ingress"', "name": '"shop"',
}  # fmt: skip
WHOLE = """
resource "aws_s3_bucket" "it" { bucket = <name> }
resource "aws_s3_bucket_versioning" "it" {
  count  = <count>
  bucket = aws_s3_bucket.it.id
  versioning_configuration { status = <status> }
}
resource "aws_s3_bucket_public_access_block" "it" {
  bucket                  = aws_s3_bucket.it.id
  block_public_acls       = <on>
  ignore_public_acls      = true
  block_public_policy     = <on>
  restrict_public_buckets = true
}
resource "aws_security_group" "it" {
  name = "it"
}
resource "aws_security_group_rule" "it" {
  count             = <count>
  type              = <type>
  security_group_id = aws_security_group.it.id
  protocol          = "tcp"
  from_port         = <port>
  to_port           = <port>
  cidr_blocks       = <open>
}
"""


def outcomes(text: str) -> dict[tuple[str, str], str]:
    """What each check says of each component of a file."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "main.tf").write_text(text)
        code = read_code(Path(folder))
    return {
        (one.check, one.component): str(one.verdict.outcome)
        for one in judge_all(code.snapshot, own_checks())
    }


def with_values(values: dict[str, str]) -> str:
    """The code with these values."""
    text = 'variable "unknown" {}\n' + WHOLE
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


@settings(max_examples=20)
@given(
    unknown=st.sets(st.sampled_from(sorted(ADDRESSES)), min_size=1),
    other=st.fixed_dictionaries(
        {
            "count": st.sampled_from(["0", "1"]),
            "status": st.sampled_from(['"Enabled"', '"Suspended"']),
            "on": st.sampled_from(["true", "false"]),
            "type": st.sampled_from(['"ingress"', '"egress"']),
        }
    ),
)
def test_no_value_that_becomes_unknown_makes_a_pass(
    unknown: set[str], other: dict[str, str]
) -> None:
    values = ADDRESSES | other
    before = outcomes(with_values(values))
    after = outcomes(with_values(values | dict.fromkeys(unknown, "var.unknown")))
    for key, outcome in after.items():
        if outcome == "pass":
            assert before.get(key, "pass") == "pass", key


@pytest.mark.parametrize("count", ["count = var.unknown", "for_each = toset(var.unknown)"])
def test_what_may_not_be_there_is_no_proof(count: str) -> None:
    text = with_values(ADDRESSES | {"count": "1"}).replace("count  = 1", count)
    assert outcomes(text)[
        "aws-s3-bucket-versioning", "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.it"
    ] == "unknown"  # fmt: skip


def test_a_rule_of_an_unknown_group_may_open_each() -> None:
    text = with_values(ADDRESSES)
    found = outcomes(text)
    group = "aws-ec2-security-group/terraform:main.tf:aws_security_group.it"
    named = [one for one in found if one[1] == group and found[one] == "fail"]
    assert named
    after = outcomes(text.replace("aws_security_group.it.id", "var.unknown"))
    assert {after[one] for one in named} == {"unknown"}


NOT_HERE = """
module "more" {
  source = "registry.example/more/aws"
  given  = { bucket = aws_s3_bucket.it.%s, groups = [aws_security_group.%s.id] }
}
resource "aws_security_group" "other" {}
"""


@pytest.mark.parametrize("attribute", ["id", "arn", "bucket"])
def test_what_is_given_to_a_module_that_is_not_here_may_be_changed_by_it(attribute: str) -> None:
    text = with_values(ADDRESSES | {"count": "0"})
    before = outcomes(text)
    after = outcomes(text + NOT_HERE % (attribute, "it"))
    group = "aws-ec2-security-group/terraform:main.tf:aws_security_group.it"
    opened = {(f"aws-ec2-security-group-{port}", group) for port in ("ssh", "rdp", "all-ports")}
    assert {before[one] for one in opened} == {"pass"}
    assert {after[one] for one in opened} == {"unknown"}
    bucket = "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.it"
    assert after["aws-s3-bucket-encryption", bucket] == "unknown"
    other = outcomes(text + NOT_HERE % (attribute, "other"))
    assert {other[one] for one in opened} == {"pass"}


def test_a_resource_beside_that_nobody_knows_may_change_it() -> None:
    text = with_values(ADDRESSES)
    bucket = "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.it"
    beside = 'resource "aws_s3_bucket_%s" "b" { bucket = aws_s3_bucket.it.id }\n'
    key = ("aws-s3-bucket-encryption", bucket)
    assert outcomes(text)[key] == "pass"
    assert outcomes(text + beside % "newer")[key] == "unknown"
    assert outcomes(text + beside % "notification")[key] == "pass"


BESIDE = {
    "aws-ec2-vpc-flow-logs": (
        'resource "aws_vpc" "it" {}',
        """
        resource "aws_flow_log" "it" {
          count  = <count>
          vpc_id = aws_vpc.it.id
        }
        """,
    ),
    "aws-elbv2-load-balancer-firewall": (
        'resource "aws_lb" "it" {}',
        """
        resource "aws_wafv2_web_acl_association" "it" {
          count        = <count>
          resource_arn = aws_lb.it.arn
          web_acl_arn  = "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/it/1"
        }
        """,
    ),
    "aws-secretsmanager-rotation": (
        'resource "aws_secretsmanager_secret" "it" {}',
        """
        resource "aws_secretsmanager_secret_rotation" "it" {
          count     = <count>
          secret_id = aws_secretsmanager_secret.it.id
        }
        """,
    ),
    "aws-redshift-cluster-logs": (
        'resource "aws_redshift_cluster" "it" {}',
        """
        resource "aws_redshift_logging" "it" {
          count              = <count>
          cluster_identifier = aws_redshift_cluster.it.id
        }
        """,
    ),
}


@pytest.mark.parametrize("check", BESIDE)
def test_what_may_not_stand_beside_it_makes_no_pass(check: str) -> None:
    it, beside = BESIDE[check]
    for count, expected in (("1", "pass"), ("0", "fail"), ("var.unknown", "unknown")):
        text = f'variable "unknown" {{}}\n{it}\n{beside.replace("<count>", count)}'
        told = {outcome for (one, _), outcome in outcomes(text).items() if one == check}
        assert told == {expected}, count


GOOD: dict[str, tuple[str, dict[str, str]]] = {
    "aws_instance": (
        """
        iam_instance_profile        = <profile>
        associate_public_ip_address = <public>
        monitoring                  = <on>
        vpc_security_group_ids      = <groups>
        metadata_options { http_tokens = <tokens> }
        root_block_device { encrypted = <on> }
        """,
        {"profile": '"it"', "public": "false", "on": "true", "groups": '["sg-1"]'}
        | {"tokens": '"required"'},
    ),
    "aws_db_instance": (
        """
        storage_encrypted           = <on>
        manage_master_user_password = <on>
        publicly_accessible         = <off>
        backup_retention_period     = <days>
        """,
        {"on": "true", "off": "false", "days": "30"},
    ),
    "aws_elasticache_replication_group": (
        """
        auth_token                 = <token>
        transit_encryption_enabled = <on>
        at_rest_encryption_enabled = <on>
        """,
        {"token": '"it"', "on": "true"},
    ),
    "aws_s3_bucket": (
        """
        replication_configuration {
          rules {
            status = <status>
            destination { bucket = <bucket> }
          }
        }
        """,
        {"status": '"Enabled"', "bucket": '"arn:aws:s3:::it"'},
    ),
}


OUTSIDE = """
data "aws_ssm_parameter" "it" {}
locals { unknown = data.aws_ssm_parameter.it.value }
"""


@pytest.mark.parametrize("type_", GOOD)
def test_what_is_well_is_neither_well_nor_wrong_where_it_is_not_known(type_: str) -> None:
    body, values = GOOD[type_]

    def judged(values: dict[str, str]) -> dict[tuple[str, str], str]:
        text = body
        for name, value in values.items():
            text = text.replace(f"<{name}>", value)
        return outcomes(f'{OUTSIDE}\nresource "{type_}" "it" {{\n{text}\n}}\n')

    good = judged(values)
    assert "pass" in good.values()
    for name in values:
        absent, unknown = judged(values | {name: "null"}), judged(values | {name: "local.unknown"})
        for key, outcome in unknown.items():
            assert not (outcome == "pass" and absent.get(key) == "fail"), (name, key)
            assert not (outcome == "fail" and good.get(key) == "pass"), (name, key)


def test_an_address_of_which_is_not_known_whom_it_asks_may_be_open() -> None:
    text = """
      variable "unknown" {}
      resource "aws_lambda_function" "it" { function_name = "it" }
      resource "aws_lambda_function_url" "it" {
        function_name      = aws_lambda_function.it.function_name
        authorization_type = var.unknown
      }
    """
    told = {check: outcome for (check, _), outcome in outcomes(text).items()}
    for check in ("aws-lambda-function-public", "aws-lambda-url-open", "aws-lambda-any-customer"):
        assert told[check] == "unknown", check


RULE = """
resource "aws_security_group_rule" "it" {
  type              = "ingress"
  security_group_id = <group>
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["<block>"]
}
variable "unknown" {}
"""
ELSEWHERE = 'data "aws_security_group" "it" { name = "it" }\n'


@pytest.mark.parametrize("group", ["data.aws_security_group.it.id", '"sg-0123"'])
def test_a_rule_that_opens_a_group_which_is_not_here_is_told(group: str) -> None:
    key = ("aws-ec2-security-group-ssh", "aws-ec2-security-group/terraform:main.tf:")
    text = ELSEWHERE + RULE.replace("<group>", group)
    told = outcomes(text.replace("<block>", "0.0.0.0/0"))
    assert told[key[0], f"{key[1]}aws_security_group_rule.it"] == "fail"
    assert "pass" not in {told[one] for one in told if one[0].startswith(key[0][:22])}
    assert not outcomes(text.replace("<block>", "192.0.2.0/24"))


def test_what_is_open_for_certain_fails_whatever_else_is_not_known() -> None:
    text = (
        RULE.replace("<group>", "var.unknown").replace("<block>", "192.0.2.0/24")
        + """
      resource "aws_security_group" "it" {
        name = "it"
        ingress {
          protocol    = "tcp"
          from_port   = 0
          to_port     = 3000
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
    """
    )
    told = {check: outcome for (check, _), outcome in outcomes(text).items()}
    assert told["aws-ec2-security-group-ssh"] == "fail"
    assert told["aws-ec2-security-group-all-ports"] == "fail"
    assert told["aws-ec2-security-group-rdp"] == "unknown"


@pytest.mark.parametrize(("name", "expected"), [("var.unknown", "unknown"), ('"it"', "pass")])
def test_what_names_something_that_is_not_here_may_name_what_has_an_unknown_name(
    name: str, expected: str
) -> None:
    text = f"""
      variable "unknown" {{}}
      resource "aws_s3_bucket" "it" {{ bucket = {name} }}
      resource "aws_s3_bucket_public_access_block" "it" {{ bucket = "other" }}
      resource "aws_lambda_function" "it" {{ function_name = {name} }}
      resource "aws_lambda_permission" "it" {{
        function_name = "other"
        principal     = "*"
        action        = "lambda:InvokeFunction"
      }}
    """
    told = {
        check: outcome
        for (check, one), outcome in outcomes(text).items()
        if not one.endswith("aws_lambda_permission.it")  # which is judged by itself, too
    }
    assert told["aws-s3-bucket-block-public-access"] == expected
    assert told["aws-lambda-function-public"] == expected
