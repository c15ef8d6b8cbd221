"""Terraform's code is judged for what Terraform would make of it, not for what it looks like."""

import json
from pathlib import Path
from typing import Any

import pytest

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

DATABASE = """
resource "aws_db_instance" "it" {
  identifier          = "it"
  publicly_accessible = true
  multi_az            = false
}
"""
OPEN = """
resource "aws_security_group" "it" {
  name = "it"
  dynamic "ingress" {
    for_each = %s
    content {
      protocol    = "tcp"
      from_port   = 22
      to_port     = 22
      cidr_blocks = [%s]
    }
  }
}
"""
PUBLIC, SSH = "aws-rds-instance-public", "aws-ec2-security-group-ssh"
LOGS = "aws-logs-group-encrypted"


def written(folder: Path, files: dict[str, str], given: dict[str, str] | None = None) -> Code:
    """What a folder comes to with these files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_code(folder, given=given)


def said(code: Code, check: str) -> dict[str, str]:
    """What a check says, by the name of what it judges."""
    return {
        one.component.partition("/")[2]: str(one.verdict.outcome)
        for one in judge_all(code.snapshot, own_checks())
        if one.check == check
    }


def test_what_a_file_says_over_another_is_merged_into_it(tmp_path: Path) -> None:
    over = 'resource "aws_db_instance" "it" {\n  multi_az = true\n}\n'
    code = written(tmp_path, {"main.tf": DATABASE, "shop_override.tf": over})
    name = "terraform:main.tf:aws_db_instance.it"
    assert said(code, PUBLIC) == {name: "fail"}
    assert said(code, "aws-rds-instance-zones") == {name: "pass"}
    assert not code.remarks


def test_blocks_of_a_kind_take_the_place_of_all_of_that_kind(tmp_path: Path) -> None:
    over = """
      resource "aws_security_group" "it" {
        ingress {
          protocol    = "tcp"
          from_port   = 443
          to_port     = 443
          cidr_blocks = ["0.0.0.0/0"]
        }
      }
      variable "to" { default = "192.0.2.0/24" }
    """
    text = (OPEN % ('["a"]', '"0.0.0.0/0"')) + 'variable "to" {\n  type = string\n}\n'
    assert "fail" in said(written(tmp_path, {"main.tf": text}), SSH).values()
    assert set(said(written(tmp_path, {"override.tf": over}), SSH).values()) == {"pass"}


def test_what_is_declared_twice_is_broken(tmp_path: Path) -> None:
    code = written(tmp_path, {"one.tf": DATABASE, "two.tf": DATABASE})
    assert [str(one) for one in code.remarks if one.is_broken] == [
        "two.tf:2: aws_db_instance.it was declared before, in one.tf:2"
    ]


@pytest.mark.parametrize(
    ("chosen", "given", "expected"),
    [
        (None, None, "unknown"),
        ("prod", None, "fail"),
        ("test", None, "pass"),
        ("test", "prod", "fail"),
        (None, "test", "pass"),
    ],
)
def test_which_workspace_it_is_decides_and_is_not_guessed(
    tmp_path: Path, chosen: str | None, given: str | None, expected: str
) -> None:
    text = DATABASE.replace("= true", '= terraform.workspace == "prod"')
    files = {"main.tf": text} | ({".terraform/environment": chosen} if chosen else {})
    code = written(tmp_path, files, {"terraform.workspace": given} if given else None)
    assert set(said(code, PUBLIC).values()) == {expected}


@pytest.mark.parametrize(
    ("over", "block"),
    [
        ('toset(["0.0.0.0/0"])', "ingress.key"),
        ('setunion(["0.0.0.0/0"], ["192.0.2.0/24"])', "ingress.key"),
        ("var.blocks", "ingress.key"),
        ("[for key, value in var.blocks : key]", "ingress.value"),
        ("values({ b = 1, a = 2 })[0] == 2 ? var.blocks : []", "ingress.value"),
        ('[[for key, one in { b = "192.0.2.0/24", a = "0.0.0.0/0" } : one][0]]', "ingress.value"),
        ('[distinct(["0.0.0.0/0", "::/0", "0.0.0.0/0"])[0]]', "ingress.value"),
        ('[max("10", "9") == 10 ? "0.0.0.0/0" : "192.0.2.0/24"]', "ingress.value"),
        ('[aws_eip.it.*.public_ip[0] == "" ? "" : "0.0.0.0/0"]', "ingress.value"),
    ],
)
def test_sets_maps_and_lists_are_gone_through_as_terraform_does(
    tmp_path: Path, over: str, block: str
) -> None:
    text = OPEN % (over, block) + (
        'variable "blocks" {\n  type    = set(string)\n  default = ["0.0.0.0/0"]\n}\n'
        'resource "aws_eip" "it" {\n  count     = 2\n  public_ip = "192.0.2.1"\n}\n'
    )
    assert set(said(written(tmp_path, {"main.tf": text}), SSH).values()) == {"fail"}


@pytest.mark.parametrize(
    "key",
    [
        "one(aws_kms_key.it[*].arn)",
        "try(aws_kms_key.it[0].arn, null)",
        'length(aws_kms_key.it) > 0 ? "arn:aws:kms:eu-west-1:111122223333:key/it" : null',
        "can(aws_kms_key.it[0].arn) ? aws_kms_key.it[0].arn : null",
        'join("", aws_kms_key.it.*.arn)',
        "one(module.it[*].arn)",
        "try(module.it[0].arn, null)",
    ],
)
def test_what_may_not_be_there_is_none_to_rely_on(tmp_path: Path, key: str) -> None:
    text = f"""
      variable "is_on" {{}}
      resource "aws_kms_key" "it" {{ count = var.is_on ? 1 : 0 }}
      module "it" {{
        source = "./it"
        count  = var.is_on ? 1 : 0
      }}
      resource "aws_cloudwatch_log_group" "it" {{
        name       = "it"
        kms_key_id = {key}
      }}
    """
    inner = 'resource "aws_kms_key" "it" {}\noutput "arn" { value = aws_kms_key.it.arn }\n'
    files = {"main.tf": text, "it/main.tf": inner}
    assert set(said(written(tmp_path, files), LOGS).values()) == {"unknown"}
    (tmp_path / "terraform.tfvars").write_text("is_on = true")
    assert set(said(written(tmp_path, files), LOGS).values()) == {"pass"}


def test_of_several_that_are_not_all_known_none_is_lost(tmp_path: Path) -> None:
    text = """
      variable "block" {}
      resource "aws_security_group" "it" { name = "it" }
      resource "aws_security_group_rule" "it" {
        for_each          = toset(["192.0.2.0/24", var.block])
        type              = "ingress"
        security_group_id = aws_security_group.it.id
        protocol          = "tcp"
        from_port         = 22
        to_port           = 22
        cidr_blocks       = [each.value]
      }
    """
    assert set(said(written(tmp_path, {"main.tf": text}), SSH).values()) == {"unknown"}


def test_a_policy_says_all_that_its_blocks_say(tmp_path: Path) -> None:
    text = """
      variable "who" {}
      data "aws_iam_policy_document" "it" {
        statement {
          actions = ["sqs:SendMessage"]
          principals {
            type        = "AWS"
            identifiers = var.who
          }
          principals {
            type        = "AWS"
            identifiers = ["*"]
          }
          condition {
            test     = "IpAddress"
            variable = "aws:SourceIp"
            values   = ["0.0.0.0/0"]
          }
          condition {
            test     = "IpAddress"
            variable = "aws:SourceIp"
            values   = ["192.0.2.0/24"]
          }
        }
      }
      resource "aws_sqs_queue" "it" {
        name   = "it"
        policy = data.aws_iam_policy_document.it.json
      }
    """
    code = written(tmp_path, {"main.tf": text}, {"who": '["arn:aws:iam::111122223333:root"]'})
    assert set(said(code, "aws-sqs-queue-public").values()) == {"fail"}
    assert set(said(written(tmp_path, {}), "aws-sqs-queue-public").values()) != {"pass"}


@pytest.mark.parametrize("key", ['["a.b"]', '["[0]"]', "[0]", ""])
def test_what_a_plan_makes_in_a_module_is_found_by_what_refers_to_it_there(
    tmp_path: Path, key: str
) -> None:
    beside = "aws_s3_bucket_versioning"
    resources = {
        "aws_s3_bucket": {"bucket": "b"},
        beside: {"versioning_configuration": [{"status": "Enabled"}]},
    }
    module = f"module.it{key}"
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "child_modules": [
                    {
                        "address": module,
                        "resources": [
                            {
                                "address": f"{module}.{kind}.it",
                                "mode": "managed",
                                "type": kind,
                                "values": values,
                            }
                            for kind, values in resources.items()
                        ],
                    }
                ]
            }
        },
        "resource_changes": [
            {"address": f"{module}.{beside}.it", "change": {"after_unknown": {"bucket": True}}}
        ],
        "configuration": {
            "root_module": {
                "module_calls": {
                    "it": {
                        "module": {
                            "resources": [
                                {
                                    "address": f"{beside}.it",
                                    "expressions": {
                                        "bucket": {
                                            "references": [
                                                "aws_s3_bucket.it.id",
                                                "aws_s3_bucket.it",
                                            ]
                                        }
                                    },
                                }
                            ]
                        }
                    }
                }
            }
        },
    }
    code = written(tmp_path, {"plan.json": json.dumps(plan)})
    assert set(said(code, "aws-s3-bucket-versioning").values()) == {"pass"}


@pytest.mark.parametrize(
    "more",
    [
        {"terraform.tfvars": 'block = "0.0.0.0/0"'},
        {"more.tf": 'terraform {\n  backend "s3" {}\n}\n'},
    ],
)
def test_what_is_applied_by_itself_is_judged_so_though_another_calls_it(
    tmp_path: Path, more: dict[str, str]
) -> None:
    default = "192.0.2.0/24" if "terraform.tfvars" in more else "0.0.0.0/0"
    shop = OPEN % ("[var.block]", "ingress.value") + (
        f'variable "block" {{ default = "{default}" }}'
    )
    tests = 'module "shop" {\n  source = "../shop"\n  block  = "192.0.2.0/24"\n}\n'
    files = {"shop/main.tf": shop, "tests/main.tf": tests}
    assert set(said(written(tmp_path, files), SSH).values()) == {"pass"}
    files = {f"shop/{name}": text for name, text in more.items()}
    assert sorted(said(written(tmp_path, files), SSH).values()) == ["fail", "pass"]


def test_types_are_those_of_json_syntax_too(tmp_path: Path) -> None:
    group = {
        "name": "it",
        "ingress": '${[for key, _ in var.blocks : { protocol = "tcp", from_port = 22, '
        "to_port = 22, cidr_blocks = [key] }]}",
    }
    told = {
        "variable": {"blocks": {"type": "set(string)", "default": ["0.0.0.0/0"]}},
        "resource": {"aws_security_group": {"it": group}},
    }
    code = written(tmp_path, {"main.tf.json": json.dumps(told)})
    assert set(said(code, SSH).values()) == {"fail"}


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("aws_launch_template", {"block_device_mappings": ["x"]}),
        ("aws_s3_bucket", {"lifecycle_rule": [[1]]}),
        ("aws_db_parameter_group", {"name": "x", "family": "mysql8.0", "parameter": "x"}),
        ("aws_lb_listener", {"load_balancer_arn": "${aws_lb.it.arn}", "default_action": [3]}),
        ("aws_iam_role", {"inline_policy": [[]]}),
        ("aws_security_group", {"ingress": [{"cidr_blocks": 3}]}),
    ],
)
def test_what_is_of_another_form_ends_nothing_but_itself(
    tmp_path: Path, type_: str, values: dict[str, Any]
) -> None:
    told = {
        "resource": {
            type_: {"odd": values},
            "aws_lb": {"it": {"name": "it"}},
            "aws_db_instance": {"it": {"publicly_accessible": True}},
        }
    }
    code = written(tmp_path, {"main.tf.json": json.dumps(told)})
    assert set(said(code, PUBLIC).values()) == {"fail"}
    assert {one.found.kind for one in code.snapshot} >= {"aws-elbv2-load-balancer"}


def test_a_plan_of_another_form_ends_nothing_but_itself(tmp_path: Path) -> None:
    plan = {
        "format_version": "1.2",
        "planned_values": {
            "root_module": {
                "resources": [
                    {"address": "a.b", "mode": "managed", "type": ["x"], "values": {}},
                ]
            }
        },
    }
    code = written(tmp_path, {"main.tf": DATABASE, "plan.json": json.dumps(plan)})
    assert "fail" in said(code, PUBLIC).values()
    assert any("is no resource" in one.why for one in code.remarks if one.is_broken)


@pytest.mark.parametrize("dynamic", ["x", [1], {"ingress": 3}, {"ingress": {"content": 3}}])
def test_a_dynamic_block_of_another_form_is_broken_and_no_end(tmp_path: Path, dynamic: Any) -> None:
    told = {"resource": {"aws_security_group": {"it": {"dynamic": dynamic}}}}
    code = written(tmp_path, {"main.tf.json": json.dumps(told)})
    assert [one.why for one in code.remarks if one.is_broken] == [
        "dynamic has to be an object of objects"
    ]


ROLE = """
data "aws_partition" "it" {}
resource "aws_iam_role" "it" {
  name = "it"
  assume_role_policy = jsonencode({ Statement = [{
    Effect = "Allow", Action = "sts:AssumeRole"
    Principal = { Service = "ec2.${data.aws_partition.it.dns_suffix}" }
  }] })
}
data "aws_iam_policy" "it" { name = "AdministratorAccess" }
"""
ATTACHED = """
resource "aws_iam_role_policy_attachment" "it" {
  role       = aws_iam_role.it.name
  policy_arn = %s
}
"""
EXCLUSIVELY = """
resource "aws_iam_role_policy_attachments_exclusive" "it" {
  role_name   = aws_iam_role.it.name
  policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]
}
"""


@pytest.mark.parametrize(
    "more",
    [
        ATTACHED % '"arn:${data.aws_partition.it.partition}:iam::aws:policy/AdministratorAccess"',
        ATTACHED % "data.aws_iam_policy.it.arn",
        EXCLUSIVELY,
    ],
)
def test_each_way_to_attach_what_allows_everything_is_found(tmp_path: Path, more: str) -> None:
    code = written(tmp_path, {"main.tf": ROLE + more})
    assert set(said(code, "aws-iam-role-administrator").values()) == {"fail"}


def test_who_is_in_a_group_may_be_said_by_the_group(tmp_path: Path) -> None:
    text = """
      resource "aws_iam_user" "it" { name = "it" }
      resource "aws_iam_group" "it" { name = "all" }
      resource "aws_iam_group_policy_attachment" "it" {
        group      = aws_iam_group.it.name
        policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
      }
      resource "aws_iam_group_membership" "it" {
        name  = "it"
        group = aws_iam_group.it.name
        users = [aws_iam_user.it.name]
      }
    """
    code = written(tmp_path, {"main.tf": text})
    assert set(said(code, "aws-iam-user-administrator").values()) == {"fail"}


def test_a_module_of_which_nothing_is_made_is_read_all_the_same(tmp_path: Path) -> None:
    files = {"main.tf": 'module "it" {\n  source = "./it"\n  count  = 0\n}\n'}
    assert not written(tmp_path, files | {"it/main.tf": DATABASE}).remarks
