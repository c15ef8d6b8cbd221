"""Several modules that are applied lie in one folder: each is judged for itself."""

from pathlib import Path

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.code.scanning import Code, read_code
from ringwall.posture.judging import judge_all

MODULE = """
variable "status" {}
resource "aws_s3_bucket" "it" {}
resource "aws_s3_bucket_versioning" "it" {
  bucket = aws_s3_bucket.it.id
  versioning_configuration { status = var.status }
}
"""
ROOT = """
module "store" {
  source = "../shared"
  status = "%s"
}
resource "aws_security_group" "web" {
  ingress {
    from_port   = %s
    to_port     = %s
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_instance" "web" {
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.web.id]
}
"""
TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: it}}
"""


def two_roots(folder: Path) -> Code:
    """``prod`` versions its bucket and opens 443, ``test`` neither; all addresses are the same."""
    for name, text in (
        ("shared", MODULE),
        ("prod", ROOT % ("Enabled", 443, 443)),
        ("test", ROOT % ("Suspended", 22, 22)),
    ):
        (folder / name).mkdir()
        (folder / name / "main.tf").write_text(text)
    return read_code(folder)


def verdicts(code: Code, check: str) -> dict[str, str]:
    """What a check says of each component."""
    return {
        one.component: str(one.verdict.outcome)
        for one in judge_all(code.snapshot, own_checks())
        if one.check == check
    }


def test_a_module_that_two_roots_call_is_judged_for_each(tmp_path: Path) -> None:
    code = two_roots(tmp_path)
    name = "aws-s3-bucket/terraform:{}/main.tf:module.store.aws_s3_bucket.it"
    assert verdicts(code, "aws-s3-bucket-versioning") == {
        name.format("prod"): "pass",
        name.format("test"): "fail",
    }
    places = {str(one.place) for one in code.snapshot.of_kind("aws-s3-bucket")}
    assert places == {"shared/main.tf:3"}


def test_equal_addresses_are_joined_within_their_root_alone(tmp_path: Path) -> None:
    code = two_roots(tmp_path)
    groups = {
        one.found.name: one.aspects["listed"].value
        for one in code.snapshot.of_kind("aws-ec2-security-group")
    }
    assert set(groups) == {
        "terraform:prod/main.tf:aws_security_group.web",
        "terraform:test/main.tf:aws_security_group.web",
    }
    assert len({one["GroupId"] for one in groups.values()}) == 2
    for machine in code.snapshot.of_kind("aws-ec2-instance"):
        group = groups[machine.found.name.replace("aws_instance", "aws_security_group")]
        used = machine.aspects["listed"].value["SecurityGroups"]
        assert [one["GroupId"] for one in used] == [group["GroupId"]]
    assert {one.found.label for one in code.snapshot.of_kind("aws-ec2-security-group")} == {
        "prod:aws_security_group.web",
        "test:aws_security_group.web",
    }


def test_equal_names_in_two_templates_are_two_things(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(TEMPLATE)
    found = list(read_code(tmp_path).snapshot.of_kind("aws-ec2-security-group"))
    assert [one.found.label for one in found] == ["a.yaml:Group", "b.yaml:Group"]
    assert len({one.aspects["listed"].value["GroupId"] for one in found}) == 2


LOGGED = """
resource "aws_s3_bucket" "logs" {}
resource "aws_s3_bucket" "it" {
  %slogging { target_bucket = aws_s3_bucket.logs.id }
}
"""


def test_a_bucket_takes_logs_of_its_own_root_alone(tmp_path: Path) -> None:
    for name, before in (("prod", ""), ("test", "# ")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(LOGGED % before)
    found = verdicts(read_code(tmp_path), "aws-s3-bucket-logging")
    logs = "aws-s3-bucket/terraform:{}/main.tf:aws_s3_bucket.logs"
    assert found[logs.format("prod")] == "pass"
    assert found[logs.format("test")] == "fail"
