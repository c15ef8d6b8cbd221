"""Files that override others: as Terraform merges them, and nothing is called otherwise for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.code.terraform.overriding import overrides
from ringwall.posture.judging import judge_all

BASE = """
variable "days" {
  type    = number
  default = 30
}
locals { size = 1 }
resource "aws_db_instance" "it" {
  identifier              = "shop"
  engine                  = "postgres"
  storage_encrypted       = true
  backup_retention_period = var.days
}
resource "aws_security_group" "it" {
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def read(folder: Path, **files: str) -> Code:
    for name, text in {"main": BASE, **files}.items():
        ending = "" if "__" in name else ".tf"
        (folder / f"{name.replace('__', '.')}{ending}").write_text(text)
    return read_code(folder)


def listed(code: Code, kind: str) -> Any:
    (found,) = code.snapshot.of_kind(kind)
    return found.aspects["listed"].value


def names(code: Code) -> set[str]:
    return {one.found.id for one in code.snapshot}


def test_what_is_overridden_is_called_as_before_and_keeps_what_is_not_said(tmp_path: Path) -> None:
    before = names(read(tmp_path))
    code = read(
        tmp_path, override='resource "aws_db_instance" "it" {\n  backup_retention_period = 0\n}\n'
    )
    assert names(code) == before
    found = listed(code, "aws-rds-instance")
    assert (found["BackupRetentionPeriod"], found["StorageEncrypted"]) == (0, True)
    assert found["DBInstanceIdentifier"] == "shop"
    assert code.remarks == []


def test_findings_of_it_are_the_same_ones(tmp_path: Path) -> None:
    def failing(code: Code) -> set[tuple[str, str]]:
        return {
            (one.check, one.component)
            for one in judge_all(code.snapshot, own_checks())
            if one.verdict.outcome == "fail"
        }

    before = failing(read(tmp_path))
    code = read(tmp_path, a_override='resource "aws_security_group" "it" {\n  name = "it"\n}\n')
    assert before
    assert failing(code) == before


def test_blocks_of_a_kind_take_the_place_of_all_of_that_kind(tmp_path: Path) -> None:
    for way in (
        'ingress {\n    from_port = 443\n    to_port = 443\n    protocol = "tcp"\n  }',
        (
            'dynamic "ingress" {\n    for_each = [443]\n    content {\n      protocol = "tcp"\n'
            "      from_port = ingress.value\n      to_port = ingress.value\n    }\n  }"
        ),
        'ingress = [{ from_port = 443, to_port = 443, protocol = "tcp" }]',
    ):
        code = read(tmp_path, override=f'resource "aws_security_group" "it" {{\n  {way}\n}}\n')
        found = listed(code, "aws-ec2-security-group")
        assert [one["FromPort"] for one in found["IpPermissions"]] == [443], way
        assert len(found["IpPermissionsEgress"]) == 1


def test_what_comes_last_decides_and_json_overrides_too(tmp_path: Path) -> None:
    told = {"resource": {"aws_db_instance": {"it": {"storage_encrypted": False}}}}
    code = read(
        tmp_path,
        a_override='variable "days" {\n  default = 7\n}\nlocals { size = 2 }\n',
        b_override='variable "days" {\n  default = 9\n}\n',
        c_override__tf__json=json.dumps(told),
    )
    found = listed(code, "aws-rds-instance")
    assert (found["BackupRetentionPeriod"], found["StorageEncrypted"]) == (9, False)


def test_what_overrides_says_where_it_stands(tmp_path: Path) -> None:
    told = 'resource "aws_s3_bucket_policy" "it" {\n  policy = jsonencode({ Statement = [] })\n}\n'
    bucket = 'resource "aws_s3_bucket" "it" {\n  bucket = "b"\n}\n'
    bucket += 'resource "aws_s3_bucket_policy" "it" {\n  bucket = aws_s3_bucket.it.id\n'
    bucket += '  policy = "{}"\n}\n'
    code = read(tmp_path, main=bucket, override=told)
    (found,) = code.snapshot.of_kind("aws-s3-bucket")
    assert found.aspects["policy"].api == "terraform override.tf:2"
    assert str(found.place) == "main.tf:1"


def test_what_overrides_nothing_is_said_and_left_out(tmp_path: Path) -> None:
    code = read(tmp_path, override='\nresource "aws_s3_bucket" "new" {}\n')
    assert not list(code.snapshot.of_kind("aws-s3-bucket"))
    (remark,) = code.remarks
    assert (str(remark.place), remark.is_broken) == ("override.tf:2", True)
    assert "aws_s3_bucket.new overrides nothing" in remark.why


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("override.tf", True),
        ("a_override.tf", True),
        ("override.tf.json", True),
        ("a_override.tofu", True),
        ("a_override.b.tf", False),
        ("override.a.tf", False),
        ("overrides.tf", False),
        ("a-override.tf", False),
    ],
)
def test_which_files_do_is_told_by_their_names(name: str, is_one: bool) -> None:
    assert overrides(name) is is_one


def test_the_command_judges_what_is_overridden_where_it_is_written(tmp_path: Path) -> None:
    def judged() -> tuple[str, str, str]:
        words = ["posture", "code", str(tmp_path), "--check", "aws-rds-instance-backups", "--json"]
        (told,) = json.loads(CliRunner().invoke(build(), words).stdout)
        return told["component"], told["outcome"], told["place"]

    read(tmp_path)
    component, outcome, place = judged()
    assert outcome == "pass"
    read(tmp_path, override='resource "aws_db_instance" "it" {\n  backup_retention_period = 0\n}\n')
    assert judged() == (component, "fail", place)
