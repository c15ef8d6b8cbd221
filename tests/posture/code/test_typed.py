"""Numbers, truth values and texts in quotes or without: as Terraform converts them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.code.terraform.typed import typed
from ringwall.posture.code.terraform.values import ExpressionError, number_of
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.partial import Unknown

TERRAFORM = """
resource "aws_db_instance" "a" {
  engine                  = "postgres"
  engine_version          = "14.2"
  backup_retention_period = 30
  monitoring_interval     = 60
  port                    = 5432
  storage_encrypted       = true
  publicly_accessible     = false
  multi_az                = true
  deletion_protection     = true
}
resource "aws_rds_cluster" "a" {
  engine                  = "aurora-postgresql"
  backup_retention_period = 1
  storage_encrypted       = false
}
resource "aws_security_group" "a" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = -1
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group_rule" "a" {
  security_group_id = aws_security_group.a.id
  type              = "ingress"
  from_port         = 3306
  to_port           = 3389
  protocol          = 6
  cidr_blocks       = ["0.0.0.0/0"]
}
resource "aws_instance" "a" {
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 3
  }
  root_block_device {
    encrypted = true
  }
  vpc_security_group_ids = [aws_security_group.a.id]
}
resource "aws_launch_template" "a" {
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}
resource "aws_cloudwatch_log_group" "a" {
  retention_in_days = 30
}
resource "aws_kms_key" "a" {
  enable_key_rotation     = true
  deletion_window_in_days = 7
}
resource "aws_iam_role" "a" {
  assume_role_policy   = jsonencode({ Statement = [] })
  max_session_duration = 43200
}
resource "aws_elasticache_replication_group" "a" {
  snapshot_retention_limit   = 1
  at_rest_encryption_enabled = true
  transit_encryption_enabled = false
}
resource "aws_redshift_cluster" "a" {
  automated_snapshot_retention_period = 1
  encrypted                           = true
  publicly_accessible                 = true
}
resource "aws_lambda_function" "a" {
  function_name                  = "a"
  role                           = aws_iam_role.a.arn
  runtime                        = "python3.8"
  reserved_concurrent_executions = 1
  timeout                        = 3
}
resource "aws_lb" "a" {
  internal                   = false
  drop_invalid_header_fields = true
  enable_deletion_protection = true
  security_groups            = [aws_security_group.a.id]
}
resource "aws_lb_listener" "a" {
  load_balancer_arn = aws_lb.a.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = 443
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_elb" "a" {
  listener {
    instance_port     = 80
    instance_protocol = "http"
    lb_port           = 80
    lb_protocol       = "http"
  }
}
resource "aws_secretsmanager_secret" "a" {
  name = "a"
}
resource "aws_secretsmanager_secret_rotation" "a" {
  secret_id = aws_secretsmanager_secret.a.id
  rotation_rules {
    automatically_after_days = 30
  }
}
resource "aws_s3_bucket" "a" {
  lifecycle_rule {
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7
    expiration {
      days = 30
    }
  }
  versioning {
    enabled = true
  }
}
resource "aws_cloudtrail" "a" {
  is_multi_region_trail      = true
  enable_log_file_validation = true
}
resource "aws_elasticsearch_domain" "a" {
  elasticsearch_version = 7.1
  cluster_config {
    instance_count           = 3
    dedicated_master_enabled = true
    zone_awareness_enabled   = true
  }
  encrypt_at_rest {
    enabled = true
  }
}
resource "aws_dynamodb_table" "a" {
  deletion_protection_enabled = true
  point_in_time_recovery {
    enabled = true
  }
}
resource "aws_db_parameter_group" "a" {
  family = "postgres14"
  parameter {
    name  = "rds.force_ssl"
    value = 1
  }
}
"""
_BARE = re.compile(r"= (-?[0-9.]+|true|false)$", re.MULTILINE)


def verdicts(code: Code) -> dict[tuple[str, str], tuple[str, str]]:
    return {
        (one.check, one.component): (str(one.verdict.outcome), one.verdict.why)
        for one in judge_all(code.snapshot, own_checks())
    }


def judged(folder: Path, text: str) -> dict[tuple[str, str], tuple[str, str]]:
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text)
    return verdicts(read_code(folder))


def test_in_quotes_or_without_each_is_judged_alike(tmp_path: Path) -> None:
    bare = judged(tmp_path / "a", TERRAFORM)
    quoted = judged(tmp_path / "a", _BARE.sub(r'= "\1"', TERRAFORM))
    assert {key: (one, quoted[key]) for key, one in bare.items() if one != quoted[key]} == {}
    assert len(bare) > 100
    assert not [why for _, why in quoted.values() if "failed by itself" in why]


def test_every_number_that_is_a_text_or_a_fraction_is_the_same_number(tmp_path: Path) -> None:
    for said in ('"30"', '"30.0"', '"3e1"', "30.0", '"${15 * 2}"', 'tonumber("30")'):
        text = f'resource "aws_db_instance" "a" {{\n  backup_retention_period = {said}\n}}\n'
        (found,) = read(tmp_path, text)
        assert found["BackupRetentionPeriod"] == 30, said


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("backup_retention_period", "BackupRetentionPeriod"),
        ("storage_encrypted", "StorageEncrypted"),
    ],
)
@pytest.mark.parametrize("said", ["many", "", "0x1f", "1_0", " 30 ", "\N{SUPERSCRIPT TWO}", "nan"])
def test_what_terraform_would_refuse_is_known_by_nobody(
    tmp_path: Path, argument: str, name: str, said: str
) -> None:
    text = f'resource "aws_db_instance" "a" {{\n  {argument} = "{said}"\n}}\n'
    (found,) = read(tmp_path, text)
    unknown = dict.get(found, name)
    assert isinstance(unknown, Unknown)
    assert argument in unknown.why
    outcomes = {check: outcome for (check, _), (outcome, _) in judged(tmp_path / "b", text).items()}
    judges = {"backup_retention_period": "backups", "storage_encrypted": "encrypted"}[argument]
    assert outcomes[f"aws-rds-instance-{judges}"] == "unknown"


def read(folder: Path, text: str) -> list[Any]:
    (folder / "main.tf").write_text(text)
    several = read_code(folder).snapshot.of_kind("aws-rds-instance")
    return [one.aspects["listed"].value for one in several]


def test_cloudformation_takes_both_too(tmp_path: Path) -> None:
    def template(retention: object, encrypted: object) -> str:
        properties = {
            "Engine": "postgres",
            "BackupRetentionPeriod": retention,
            "StorageEncrypted": encrypted,
            "MonitoringInterval": retention,
        }
        resource = {"Type": "AWS::RDS::DBInstance", "Properties": properties}
        return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"D": resource}})

    found = []
    for several in ((30, True), ("30", "true"), ("30", "True")):
        (tmp_path / "t.json").write_text(template(*several))
        found.append(verdicts(read_code(tmp_path)))
    assert found[0] == found[1] == found[2]


_NAMES = st.sampled_from(["port", "days", "encrypted", "name", "value", "other", "enabled", "tags"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(Unknown("x")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(_VALUES)
def test_what_was_converted_stays_so(value: Any) -> None:
    once = typed(value, frozenset({"encrypted"}))
    assert typed(once, frozenset({"encrypted"})) == once


@given(st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_is_written(value: float) -> None:
    assert number_of(str(value)) == value


@given(st.text(max_size=6))
def test_no_text_is_a_number_that_is_none(text: str) -> None:
    try:
        found = number_of(text)
    except ExpressionError:
        return
    assert float(text) == found
