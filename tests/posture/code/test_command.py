"""``ringwall posture code`` from outside: places, exit codes, and what is not understood."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.lake.test_ocsf import require_valid
from tests.posture.reports.test_schemas import sarif_schema
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.runtime.refusals import Refused

BROKEN = 'resource "aws_s3_bucket" "b" {\n'
POD = """apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  hostNetwork: true
  containers: [{name: b}]
"""


def ran(*words: str) -> tuple[int, str]:
    """The exit code and what was printed."""

    found = CliRunner().invoke(build(), ["posture", "code", *words])
    return found.exit_code, found.stdout


def test_what_fails_is_told_with_its_place_and_the_exit_code_tells(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network", "--json")
    (told,) = json.loads(said)
    assert (code, told["outcome"], told["place"]) == (1, "fail", "pod.yaml:1")


def test_code_without_a_fault_is_well(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("true", "false"))
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network")
    assert (code, "1 pass" in said) == (0, True)


def test_a_number_in_quotes_is_judged_as_the_number_it_is(tmp_path: Path) -> None:
    for days, outcome in (("400", "pass"), ("30", "fail"), ("many", "unknown")):
        text = f'resource "aws_cloudwatch_log_group" "a" {{\n  retention_in_days = "{days}"\n}}\n'
        (tmp_path / "main.tf").write_text(text)
        _, said = ran(str(tmp_path), "--check", "aws-logs-group-retention", "--json")
        (told,) = json.loads(said)
        assert (told["outcome"], "by itself" in told["why"]) == (outcome, False), told


def test_a_broken_file_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(BROKEN)
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network")
    assert code == 1
    assert "broken: main.tf:1" in said


def test_one_file_of_a_module_is_not_taken_for_a_module_without_faults(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "it" {}\n')
    with pytest.raises(Refused, match="name the folder"):
        CliRunner().invoke(
            build(), ["posture", "code", str(tmp_path / "main.tf")], catch_exceptions=False
        )


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("apiVersion: v1\nkind: [\n", 1, "broken: pod.yaml:"),
        ("apiVersion: v1\nkind: {{ .Values.kind }}\n", 8, "not read: pod.yaml:1: a template of"),
        ("apiVersion: shop/v1\nkind: Cart\n", 0, "does not know them: shop/v1/Cart (1)"),
    ],
)
def test_with_json_what_was_not_read_is_told_beside_it(
    tmp_path: Path, text: str, code: int, told: str
) -> None:
    (tmp_path / "Chart.yaml").write_text("name: it\n")
    (tmp_path / "pod.yaml").write_text(text)
    words = ["posture", "code", str(tmp_path), "--check", "k8s-pod-host-network", "--json"]
    found = CliRunner().invoke(build(), words)
    assert (found.exit_code, json.loads(found.stdout)) == (code, [])
    assert told in found.stderr.replace("\n", " ")


def test_where_nothing_is_read_that_is_said(tmp_path: Path) -> None:
    code, said = ran(str(tmp_path), "--check", "k8s-pod-host-network")
    assert (code, "there is nothing that is read" in said.replace("\n", " ")) == (8, True)
    assert "nothing fails" not in said
    (tmp_path / "notes.yaml").write_text("a: 1\n")
    code, said = ran(str(tmp_path / "notes.yaml"), "--check", "k8s-pod-host-network")
    assert (code, "broken: notes.yaml:1" in said) == (1, True)


MODULE = 'module "far" {\n  source = "terraform-aws-modules/s3-bucket/aws"\n}\n'
CONDITIONAL = """AWSTemplateFormatVersion: "2010-09-09"
Transform: Other
Resources:
  Queue: {Type: "AWS::SQS::Queue"}
"""


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("main.tf", MODULE, "main.tf:1: module far comes from"),
        ("terragrunt.hcl", "", "terragrunt.hcl:1: Terragrunt is not read"),
        ("kustomization.yaml", "resources: [pod.yaml]\n", "Kustomize is not read"),
        ("template.yaml", CONDITIONAL, "template.yaml:2: the transform Other is not run"),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",), ("--format", "sarif")])
def test_where_not_all_is_read_the_exit_code_tells(
    tmp_path: Path, name: str, text: str, told: str, form: tuple[str, ...]
) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("true", "false"))
    (tmp_path / name).write_text(text)
    words = ["posture", "code", str(tmp_path), "--check", "k8s-pod-host-network", *form]
    found = CliRunner().invoke(build(), words)
    said = " ".join((found.stderr if form else found.stdout).split())
    assert (found.exit_code, f"not read: {told}" in said or told in said) == (8, True)
    assert "nothing fails, but partial: 1 place was not read" in " ".join(found.stderr.split())
    (tmp_path / "pod.yaml").write_text(POD)
    assert CliRunner().invoke(build(), words).exit_code == 1


def test_a_folder_that_leads_elsewhere_is_said(tmp_path: Path) -> None:
    there = tmp_path / "there"
    (tmp_path / "here").mkdir()
    there.mkdir()
    (there / "pod.yaml").write_text(POD)
    (tmp_path / "here" / "link").symlink_to(there)
    _, said = ran(str(tmp_path / "here"), "--check", "k8s-pod-host-network")
    assert "link:1: it leads to a folder elsewhere" in said.replace("\n", " ")


def test_a_folder_below_one_that_is_left_out_is_read(tmp_path: Path) -> None:
    here = tmp_path / "node_modules" / ".terraform" / "here"
    here.mkdir(parents=True)
    (here / "pod.yaml").write_text(POD)
    (here / "main.tf").write_text('resource "aws_s3_bucket" "it" {}\n')
    chosen = ("--check", "k8s-pod-host-network", "--check", "aws-s3-bucket-versioning")
    _, said = ran(str(here), *chosen, "--json")
    assert {one["place"] for one in json.loads(said)} == {"pod.yaml:1", "main.tf:1"}


def test_values_are_given_to_templates_and_what_nobody_declares_is_broken(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        "AWSTemplateFormatVersion: '2010-09-09'\n"
        "Parameters: {Public: {Type: String}}\n"
        "Resources:\n"
        "  It:\n"
        "    Type: AWS::RDS::DBInstance\n"
        "    Properties: {PubliclyAccessible: !Ref Public}\n"
    )
    check = ("--check", "aws-rds-instance-public", "--json")
    for words, outcome in (((), "unknown"), (("--var", "Public=true"), "fail")):
        _, said = ran(str(tmp_path), *words, *check)
        (told,) = json.loads(said)
        assert told["outcome"] == outcome
    code, said = ran(str(tmp_path), "--var", "Pubic=false", "--check", "aws-s3-bucket-public")
    assert (code, "Pubic, which nothing here declares" in said.replace("\n", " ")) == (1, True)


QUEUE = """variable "who" {}
resource "aws_s3_bucket" "it" {
  bucket = "exports"
}
resource "aws_sqs_queue" "it" {
  name   = "orders"
  policy = var.who
}
"""
BUCKETS, QUEUES = "aws-s3-bucket-versioning", "aws-sqs-queue-public"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A working tree whose code lies in `in fra`: a bucket that fails, a queue nobody knows of."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "in fra").mkdir()
    (tmp_path / "in fra" / "main.tf").write_text(QUEUE)
    return tmp_path


def report(tree: Path, form: str, *words: str, code: int = 1) -> str:
    """A report of the tree's code by two checks."""
    chosen = ("--check", BUCKETS, "--check", QUEUES)
    ended, said = ran(str(tree / "in fra"), "--format", form, *chosen, *words)
    assert ended == code
    return said


def refused(tree: Path, *words: str) -> None:
    """A command that says what is wrong with its options, and does nothing."""
    found = CliRunner().invoke(build(), ["posture", "code", str(tree / "in fra"), *words])
    assert isinstance(found.exception, Refused)
    assert not found.stdout


def sarif(tree: Path) -> Any:
    log = json.loads(report(tree, "sarif"))
    jsonschema.validators.validator_for(sarif_schema())(sarif_schema()).validate(log)
    (run,) = log["runs"]
    return run


def test_what_fails_is_an_alert_where_hosts_of_code_look_for_it(tree: Path) -> None:
    run = sarif(tree)
    (one,) = run["results"]
    assert (one["ruleId"], one["kind"], one["level"]) == (BUCKETS, "fail", "warning")
    (location,) = one["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "in%20fra/main.tf", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2},
    }
    assert run["automationDetails"]["id"] == "ringwall/in fra/"
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 20
        assert float(rule["properties"]["security-severity"]) <= 10


def test_what_is_not_known_is_no_alert_and_is_told_with_its_place(tree: Path) -> None:
    run = sarif(tree)
    (invocation,) = run["invocations"]
    told = invocation["toolExecutionNotifications"]
    (unknown,) = [one for one in told if one.get("associatedRule", {}).get("id") == QUEUES]
    assert "variable who" in unknown["message"]["text"]
    assert unknown["locations"][0]["physicalLocation"]["region"]["startLine"] == 5
    assert invocation["executionSuccessful"]


def test_a_broken_file_is_a_failed_run_with_its_line(tree: Path) -> None:
    (tree / "in fra" / "more.tf").write_text("resource {\n")
    run = sarif(tree)
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    (broken,) = [o for o in invocation["toolExecutionNotifications"] if o["level"] == "error"]
    place = broken["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "in%20fra/more.tf"


def test_without_a_working_tree_places_are_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(QUEUE)
    _, said = ran(str(tmp_path), "--format", "csv", "--check", BUCKETS)
    (row,) = csv.DictReader(io.StringIO(said))
    assert row["place"] == "main.tf:2"


def test_other_forms_have_the_place_too(tree: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(report(tree, "csv"))))
    assert {(row["check"], row["outcome"], row["place"]) for row in rows} == {
        (BUCKETS, "fail", "in fra/main.tf:2"),
        (QUEUES, "unknown", "in fra/main.tf:5"),
    }
    assert {row["scope"] for row in rows} == {"code in fra"}
    for line in report(tree, "ocsf").splitlines():
        event = json.loads(line)
        require_valid(event)
        assert "cloud" not in event
        assert event["unmapped"]["ringwall"]["place"].startswith("in fra/main.tf:")
    page = report(tree, "html", "--of", "cis-aws-3.0")
    assert "code in fra" in page
    assert "in fra/main.tf:2" in page
    results = json.loads(report(tree, "oscal", "--of", "soc2"))["assessment-results"]["results"]
    assert results[0]["findings"]


def test_asff_is_of_the_account_that_it_is_applied_to(tree: Path) -> None:
    told = json.loads(report(tree, "asff", "--account", "111122223333"))
    assert {one["AwsAccountId"] for one in told} == {"111122223333"}
    (bucket,) = [one for one in told if one["GeneratorId"] == BUCKETS]
    place = bucket["Resources"][0]["Details"]["Other"]["place"]
    assert (bucket["Compliance"]["Status"], place) == ("FAILED", "in fra/main.tf:2")
    refused(tree, "--format", "asff")
    refused(tree, "--format", "asff", "--account", "production")
    refused(tree, "--format", "csv", "--account", "111122223333")


def test_a_report_goes_into_a_file(tree: Path) -> None:
    assert report(tree, "sarif", "--out", str(tree / "x.sarif")).endswith("of code in fra\n")
    assert json.loads((tree / "x.sarif").read_text())["version"] == "2.1.0"
    refused(tree, "--out", str(tree / "y"))
    refused(tree, "--format", "oscal")


def test_a_report_has_nothing_of_checks_that_code_cannot_tell_anything_of(tree: Path) -> None:
    _, said = ran(str(tree / "in fra"), "--format", "sarif")
    rules = {one["id"] for one in json.loads(said)["runs"][0]["tool"]["driver"]["rules"]}
    assert BUCKETS in rules
    assert "aws-iam-root-mfa" not in rules
