"""Several modules that are applied lie in one folder: each is judged for itself."""

from pathlib import Path

import pytest

from ringwall.posture.checking.finding import KnownCheck, checks_in, own_checks
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


BUCKET = 'resource "aws_s3_bucket" "it" {}\n'
TRAIL = """
resource "aws_cloudtrail" "all" {
  name                  = "all"
  s3_bucket_name        = aws_s3_bucket.it.id
  is_multi_region_trail = true
}
"""
RECORDED = '''
"""Some trail of all regions records what is done to a bucket.

Why: else nobody knows it.
Fix: make one.
"""
from ringwall.posture.checking import *

CHECK = Check(
    judges="aws-s3-bucket", severity=Severity.LOW, reads=("aws-cloudtrail-trail.listed",)
)


def judge(it, world):
    it.read("listed")
    trails = world.all("aws-cloudtrail-trail", account=it.account)
    whole = (lambda one=one: one.read("listed")["IsMultiRegionTrail"] is True for one in trails)
    return passes("one does") if world.any_true(*whole) else fails("none does")


CASES = (case("none", FAIL, listed={}),)
'''


@pytest.fixture
def recorded(tmp_path: Path) -> KnownCheck:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "bucket_recorded.py").write_text(RECORDED)
    (check,) = checks_in(tmp_path / "checks")
    return check


def test_a_trail_of_one_root_makes_no_other_pass(tmp_path: Path, recorded: KnownCheck) -> None:
    for name, text in (("prod", BUCKET + TRAIL), ("test", BUCKET)):
        (tmp_path / "code" / name).mkdir(parents=True)
        (tmp_path / "code" / name / "main.tf").write_text(text)
    snapshot = read_code(tmp_path / "code").snapshot
    assert len(list(snapshot.of_kind("aws-cloudtrail-trail"))) == 1
    found = {
        one.component.rpartition("terraform:")[2]: str(one.verdict.outcome)
        for one in judge_all(snapshot, [recorded])
    }
    name = "{}/main.tf:aws_s3_bucket.it"
    assert found == {name.format("prod"): "pass", name.format("test"): "fail"}


def test_what_cannot_be_read_of_one_root_leaves_no_other_sure(
    tmp_path: Path, recorded: KnownCheck
) -> None:
    for name, text in (("prod", BUCKET + TRAIL), ("test", BUCKET)):
        (tmp_path / "code" / name).mkdir(parents=True)
        (tmp_path / "code" / name / "main.tf").write_text(text)
    (tmp_path / "code" / "test" / "more.tf").write_text("resource {\n")
    judged = list(judge_all(read_code(tmp_path / "code").snapshot, [recorded]))
    outcomes = {one.component.split(":")[1].split("/")[0]: one.verdict.outcome for one in judged}
    assert outcomes["test"] == "unknown"


GROUP = 'resource "aws_iam_group" "it" { name = "admins" }\n'
USED = """
resource "aws_iam_user" "ada" { name = "ada" }
resource "aws_iam_user_group_membership" "it" {
  user   = aws_iam_user.ada.name
  groups = ["admins"]
}
"""


def test_a_group_has_the_members_of_its_own_root_alone(tmp_path: Path) -> None:
    for name, text in (("prod", GROUP + USED), ("test", GROUP)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(text)
    found = verdicts(read_code(tmp_path), "aws-iam-group-unused")
    name = "aws-iam-group/terraform:{}/main.tf:aws_iam_group.it"
    assert found == {name.format("prod"): "pass", name.format("test"): "fail"}


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut, namespace: shop}
spec: {podSelector: {}}
"""


def policies(folder: Path, **files: str) -> dict[str, str]:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = verdicts(read_code(folder), "k8s-namespace-network-policy")
    return {name.partition("/")[2].partition(":")[0]: said for name, said in found.items()}


def test_a_policy_of_one_cluster_protects_no_other(tmp_path: Path) -> None:
    found = policies(tmp_path, prod__a=NAMESPACE, prod__more__b=POLICY, test__a=NAMESPACE)
    assert found == {"prod/a.yaml": "pass", "test/a.yaml": "fail"}


def test_manifests_of_several_folders_are_of_one_cluster_else(tmp_path: Path) -> None:
    assert policies(tmp_path, spaces__a=NAMESPACE, rules__b=POLICY) == {"spaces/a.yaml": "pass"}
