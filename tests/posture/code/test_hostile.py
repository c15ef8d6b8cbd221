"""Code that is made to hurt whoever reads it ends soon, is told, and hides nothing else."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ringwall.posture.code.scanning import read_code
from ringwall.posture.code.terraform import bounds

BUCKET = 'resource "aws_s3_bucket" "x" {{\n  bucket = "a"\n  tags   = {{ a = {} }}\n}}\n'
SOON_S = 20.0


def growing(first: str, then: str, last: str = "local.a60") -> str:
    """Sixty values, each made of the one before."""
    lines = [f"  a{at + 1} = {then.replace('IT', f'local.a{at}')}" for at in range(60)]
    return "\n".join(["locals {", f"  a0 = {first}", *lines, f"  x = {last}", "}"])


HOSTILE = {
    "loops in loops": 'locals { x = [for i in range(999) : [for j in range(999) : "${i}${j}"]] }',
    "a range": "locals { x = range(0, 1000000000) }",
    "a range by nothing": "locals { x = range(0, 10, 0) }",
    "a width": 'locals { x = format("%1000000000d", 1) }',
    "a precision": 'locals { x = format("%.1000000000f", 1) }',
    "texts of texts": growing('"xxxxxxxxxx"', '"${IT}${IT}"'),
    "lists of lists": growing('["x"]', "concat(IT, IT)"),
    "what is shared": growing('["x"]', "[IT, IT]", "jsonencode(local.a60)"),
    "what is flattened": growing('["x"]', "[IT, IT]", "flatten(local.a60)"),
    "numbers of numbers": growing("99999", "IT * IT"),
    "replaced": growing('"aaaaaaaaaa"', 'replace(IT, "a", "aaaaaaaaaa")'),
    "replaced by a pattern": growing('"aaaaaaaaaa"', 'replace(IT, "/(a)/", "$1$1$1$1$1$1")'),
    "not known, and doubled": 'variable "v" {}\n' + growing('"${var.v}"', '"${IT}${IT}"'),
    "indented": growing('"a\\n\\n\\n\\n\\n\\n\\n\\n"', "indent(100000000, IT)"),
    "split": 'locals { x = split(",", join(",", [for i in range(1024) : join("", '
    '[for j in range(1024) : ",,,,,,"])])) }',
}


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """As few steps as what people write may take, so that these tests are done soon."""
    monkeypatch.setattr(bounds, "STEPS", 300_000)


@pytest.mark.parametrize("what", HOSTILE)
def test_what_grows_without_end_has_no_value_and_is_told(tmp_path: Path, what: str) -> None:
    (tmp_path / "main.tf").write_text(HOSTILE[what] + "\n" + BUCKET.format("local.x"))
    began = time.process_time()
    read = read_code(tmp_path)
    assert time.process_time() - began < SOON_S
    assert any("has no value" in one.why for one in read.remarks), read.remarks
    assert read.snapshot.get("aws-s3-bucket/terraform:main.tf:aws_s3_bucket.x") is not None


@pytest.mark.parametrize(
    ("expression", "comes_to"),
    [
        ('length(regexall("(a+)+$", "{a}!"))', 0),
        ('length(regexall("(a|aa)+$", "{a}"))', 1),
        ('length(replace("{a}!", "/(a|aa)+$/", "b"))', 61),
    ],
)
def test_a_pattern_takes_as_long_as_the_text_is(
    tmp_path: Path, expression: str, comes_to: int
) -> None:
    counted = expression.replace("{a}", "a" * 60)
    text = BUCKET.format(f'({counted}) == {comes_to} ? "as it should" : "not so"')
    (tmp_path / "main.tf").write_text(text)
    read = read_code(tmp_path)
    seen = read.snapshot.get("aws-s3-bucket/terraform:main.tf:aws_s3_bucket.x")
    assert seen is not None
    assert dict(seen.found.tags) == {"a": "as it should"}


LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{at + 1}: &a{at + 1} [*a{at}, *a{at}, *a{at}]\n" for at in range(40)
)


def pod(folder: Path) -> str:
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n{LAUGHS}spec: {{containers: *a40}}\n"
    (folder / "pod.yaml").write_text(text)
    return "than can be read"


def template(folder: Path) -> str:
    inner = "".join(f"  {line}\n" for line in LAUGHS.splitlines())
    (folder / "stack.yaml").write_text(
        f"AWSTemplateFormatVersion: '2010-09-09'\nMetadata:\n{inner}"
        "Resources:\n  B: {Type: AWS::S3::Bucket, Properties: {Tags: *a40}}\n"
    )
    return "than can be read"


def decoded(folder: Path) -> str:
    (folder / "laughs.txt").write_text(LAUGHS)
    (folder / "main.tf").write_text(BUCKET.format('yamldecode(file("laughs.txt"))["a40"]'))
    return "too many steps"


def pipe(folder: Path) -> str:
    os.mkfifo(folder / "main.tf")
    os.mkfifo(folder / "pod.yaml")
    return "no file that can be read to its end"


def nowhere(folder: Path) -> str:
    (folder / "main.tf").symlink_to(folder / "none.tf")
    (folder / "b.tf").write_text(BUCKET.format('"b"'))
    return "no file that can be read to its end"


def around(folder: Path) -> str:
    (folder / "inner").mkdir()
    (folder / "inner" / "again").symlink_to(folder)
    (folder / "main.tf").write_text("locals { x = [for i in range(2000) : i] }\n")
    (folder / "b.tf").write_text(BUCKET.format("local.x"))
    return "more than 1024"


@pytest.mark.parametrize("make", [pod, template, decoded, pipe, nowhere, around])
def test_files_that_never_end_are_told(tmp_path: Path, make: Callable[[Path], str]) -> None:
    said = make(tmp_path)
    began = time.process_time()
    remarks = read_code(tmp_path).remarks
    assert time.process_time() - began < SOON_S
    assert any(said in one.why for one in remarks), remarks


def away(folder: Path) -> str:
    outside = folder.parent / f"{folder.name}.yaml"
    outside.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")
    (folder / "pod.yaml").symlink_to(outside)
    return "lies outside of the folder"


def test_a_manifest_that_leads_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    said = away(tmp_path)
    read = read_code(tmp_path)
    assert [str(one) for one in read.remarks] == [f"pod.yaml:1: it {said}, and is not read"]
    assert not list(read.snapshot)


def test_where_a_bound_is_reached_no_fallback_holds(tmp_path: Path) -> None:
    text = 'locals { x = try(format("%1000000000d", 1), "safe") }'
    (tmp_path / "main.tf").write_text(f"{text}\n{BUCKET.format('local.x')}")
    read = read_code(tmp_path)
    seen = read.snapshot.get("aws-s3-bucket/terraform:main.tf:aws_s3_bucket.x")
    assert seen is not None
    assert not seen.found.tags


def test_stacks_of_stacks_of_stacks_are_asked_for_once_each(tmp_path: Path) -> None:
    """Each of sixty makes two of the next: all together 2 to the 60th."""
    for number in range(60):
        stack = (
            "{Type: AWS::CloudFormation::Stack, Properties: "
            f"{{TemplateURL: t{number + 1}.yaml, Parameters: {{Name: !Ref Name}}}}}}"
        )
        (tmp_path / f"t{number}.yaml").write_text(
            "Parameters: {Name: {Type: String, Default: first}}\n"
            f"Resources:\n  One: {stack}\n  Two: {stack}\n"
            "  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}\n"
        )
    begin = time.monotonic()
    found = read_code(tmp_path)
    assert time.monotonic() - begin < SOON_S
    buckets = [one.found.label for one in found.snapshot.of_kind("aws-s3-bucket")]
    assert buckets == ["first"] * 60, "what the first is given is passed to the last"
