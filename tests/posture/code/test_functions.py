"""Functions of Terraform that depend on nothing else, and JSON that is put into a text."""

import base64
import gzip
from pathlib import Path
from typing import Any

import pytest
from tests.posture.code.test_doubt import outcomes
from tests.posture.code.test_hcl import value_of
from tests.posture.code.test_templates import SECRET, said

from ringwall.posture.code.scanning import read_code
from ringwall.posture.code.terraform.values import Encoded, ExpressionError, PartialText, from_json
from ringwall.posture.snapshot.partial import Unknown

DAY = "2026-02-03T16:05:06Z"
ZIPPED = base64.b64encode(gzip.compress(b"it", mtime=0)).decode()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'csvdecode("a,b\n1,\"2,3\"\n\n4,5\n")', [{"a": "1", "b": "2,3"}, {"a": "4", "b": "5"}]),
        (r'csvdecode("a,b\r\n1,2\r\n")[0].b', "2"),
        (r'csvdecode("a\n")', []),
        ('textencodebase64("aö", "UTF-16LE")', "YQD2AA=="),
        ('textdecodebase64("YQD2AA==", "utf-16le")', "aö"),
        ('urldecode("a%20b%2Fc+d")', "a b/c d"),
        (f'base64gunzip("{ZIPPED}")', "it"),
        ('base64gunzip(base64gzip("it"))', "it"),
        ('cidrcontains("10.0.0.0/8", "10.1.2.0/24")', True),
        ('cidrcontains("10.0.0.0/8", "10.1.2.3")', True),
        ('cidrcontains("10.0.0.0/8", "11.0.0.0/8")', False),
        ('cidrcontains("10.0.0.0/8", "::/0")', False),
        ('uuidv5("dns", "www.terraform.io")', "a5008fae-b28c-5ba5-96cd-82b4c53552d6"),
        (
            'uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.terraform.io")',
            "a5008fae-b28c-5ba5-96cd-82b4c53552d6",
        ),
        ('provider::aws::arn_parse("arn:aws:s3:::it").resource', "it"),
        ('provider::aws::arn_parse("arn:aws:iam::1:role/a:b").account_id', "1"),
        ('provider::aws::arn_build("aws", "iam", "", "1", "role/a")', "arn:aws:iam::1:role/a"),
        (f'formatdate("DD MMM YYYY hh:mm ZZZ", "{DAY}")', "03 Feb 2026 16:05 UTC"),
        (f"formatdate(\"EEE, 'o''clock' H aa\", \"{DAY}\")", "Tue, o'clock 4 pm"),
        ('formatdate("Z ZZZZ", "2026-02-03T16:05:06+01:30")', "+01:30 +0130"),
        (f'timeadd("{DAY}", "1h30m")', "2026-02-03T17:35:06Z"),
        (f'timeadd("{DAY}", "-24h")', "2026-02-02T16:05:06Z"),
        (f'timecmp("{DAY}", "2026-02-03T17:05:06+01:00")', 0),
        (f'timecmp("{DAY}", "2026-02-03T16:05:06.5Z")', -1),
    ],
)
def test_what_a_function_gives(text: str, value: Any) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        'csvdecode("")',
        r'csvdecode("a,a\n1,2")',
        r'csvdecode("a,b\n1")',
        'textencodebase64("a", "zip")',
        'textdecodebase64("/w==", "UTF-8")',
        'base64gunzip("aXQ=")',
        'cidrcontains("10.0.0.0/8", "x")',
        'uuidv5("none", "x")',
        'provider::aws::arn_parse("s3:::it")',
        'formatdate("QQ", "2026-02-03T16:05:06Z")',
        'formatdate("DD", "yesterday")',
        'timeadd("2026-02-03T16:05:06Z", "soon")',
        'timeadd("2026-02-03T16:05:06Z", "999999999999h")',
        "timecmp(1, 2)",
    ],
)
def test_what_a_function_does_not_take_has_no_value(text: str) -> None:
    with pytest.raises(ExpressionError):
        value_of(text)


def test_a_text_that_is_a_template_is_filled_in(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("""
    variable "unknown" {}
    locals { text = "$${name}-$${upper(name)}" }
    resource "aws_s3_bucket" "it" { bucket = templatestring(local.text, { name = "it" }) }
    resource "aws_s3_bucket" "other" { bucket = templatestring(var.unknown, {}) }
    resource "aws_s3_bucket" "broken" { bucket = templatestring("$${", {}) }
    """)
    code = read_code(tmp_path)
    labels = [one.found.label for one in code.snapshot.of_kind("aws-s3-bucket")]
    assert labels == ["it-IT", "aws_s3_bucket.other", "aws_s3_bucket.broken"]


ANY = Unknown("nobody knows")


@pytest.mark.parametrize(
    ("parts", "value"),
    [
        ((Encoded("", {"a": ANY}), "\n"), {"a": ANY}),
        (('{"a": ', Encoded("", [ANY, "b"]), ', "c": 1}'), {"a": [ANY, "b"], "c": 1}),
        (('{"a": "\\\\", "b": ', Encoded("", ANY), "}"), {"a": "\\", "b": ANY}),
        (('{"a": "\\"", "b": ', Encoded("", ANY), "}"), {"a": '"', "b": ANY}),
        (('["', ANY, '", ', Encoded("", {"a": ANY}), "]"), [ANY, {"a": ANY}]),
    ],
)
def test_json_that_is_put_into_a_text_is_a_part_of_it(
    parts: tuple[str | Unknown, ...], value: Any
) -> None:
    assert from_json(PartialText("why", parts)) == value


@pytest.mark.parametrize(
    "parts",
    [
        ('{"a": ', ANY, "}"),
        (Encoded("", {"a": ANY}), " more"),
        ('{"', ANY, '": 1, "b": ', Encoded("", [ANY]), "}"),
        (Encoded("", [ANY]), Encoded("", [ANY])),
    ],
)
def test_what_is_no_json_with_it_is_not_known(parts: tuple[str | Unknown, ...]) -> None:
    assert from_json(PartialText("why", parts)) == Unknown("why")


def test_json_within_a_text_of_json_stays_a_text_that_is_not_known() -> None:
    inner = Encoded("why", {"a": ANY})
    assert from_json(PartialText("why", ('{"a": "', inner, '"}'))) == {"a": inner}
    found = from_json(PartialText("why", ('{"a": "b ', inner, '"}')))
    assert found == {"a": PartialText("why", ("b ", inner))}


TEXT = """
variable "unknown" {}
resource "aws_s3_bucket" "it" { bucket = "shop" }
resource "aws_s3_bucket_policy" "it" {
  bucket = aws_s3_bucket.it.id
  policy = <<-JSON
  {
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": ${jsonencode({ AWS = [var.unknown, $WHO] })},
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::shop/*"
    }]
  }
  JSON
}
"""


@pytest.mark.parametrize(("who", "expected"), [('"*"', "fail"), ("var.unknown", "unknown")])
def test_a_policy_with_json_in_it_is_judged(who: str, expected: str) -> None:
    name = "aws-s3-bucket/terraform:main.tf:aws_s3_bucket.it"
    assert outcomes(TEXT.replace("$WHO", who))["aws-s3-bucket-public", name] == expected


@pytest.mark.parametrize("made", ['filebase64("it.sh")', 'base64gzip(file("it.sh"))'])
@pytest.mark.parametrize(("text", "expected"), [(SECRET, "fail"), ("echo", "pass")])
def test_a_file_in_user_data_is_read(tmp_path: Path, made: str, text: str, expected: str) -> None:
    (tmp_path / "it.sh").write_text(text)
    (tmp_path / "main.tf").write_text(
        f'resource "aws_launch_template" "it" {{ user_data = {made} }}'
    )
    assert said(read_code(tmp_path), "aws-ec2-launch-template-user-data-secrets") == [expected]


@pytest.mark.parametrize(
    "made",
    [
        'filebase64("none.sh")',
        'filebase64("../it.sh")',
        "base64gzip(var.unknown)",
        'base64gzip("echo ${var.unknown}")',
        'filebase64("it.bin")',
    ],
)
def test_user_data_that_cannot_be_read_is_not_known(tmp_path: Path, made: str) -> None:
    (tmp_path / "it.bin").write_bytes(b"\xff\xfe")
    (tmp_path / "main.tf").write_text(
        f'variable "unknown" {{}}\nresource "aws_launch_template" "it" {{ user_data = {made} }}'
    )
    assert said(read_code(tmp_path), "aws-ec2-launch-template-user-data-secrets") == ["unknown"]
