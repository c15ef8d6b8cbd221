"""Code that is written to hold up who reads it: each is bounded, and said with file and line."""

import os
import time
from pathlib import Path

import pytest

from ringwall.posture.code.scanning import Code, read_code

_SECONDS = 10


def read(folder: Path, text: str, name: str = "main.tf") -> Code:
    """What a file comes to; it may not take long."""
    (folder / name).write_text(text)
    began = time.monotonic()
    code = read_code(folder)
    assert time.monotonic() - began < _SECONDS
    return code


def bucket(value: str, before: str = "") -> str:
    """A bucket whose name is this expression, in line 1 unless something stands before."""
    return f'{before}resource "aws_s3_bucket" "it" {{ bucket = {value} }}\n'


@pytest.mark.parametrize("name", ["regex", "regexall"])
def test_a_pattern_that_goes_back_without_end_takes_linear_time(tmp_path: Path, name: str) -> None:
    code = read(tmp_path, bucket(f'{name}("^(a|a)*(a+)+$", "{"a" * 5000}b")'))
    told = [str(one) for one in code.remarks]
    if name == "regex":
        assert [one[:10] for one in told] == ["main.tf:1:"]
        assert "is not found" in told[0]
    else:
        assert told == []


def test_replace_takes_patterns_and_groups(tmp_path: Path) -> None:
    code = read(tmp_path, bucket('replace("team-shop", "/(\\\\w+)-(?P<b>\\\\w+)/", "${1}$$-$b")'))
    assert [str(one) for one in code.remarks] == []
    code = read(tmp_path, bucket('replace("team-shop", "/(\\\\w+)-(?P<b>\\\\w+)/", "$b-$1")'))
    (found,) = code.snapshot.of_kind("aws-s3-bucket")
    assert found.found.label == "shop-team"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ('regex("(?=a)", "a")', "no pattern of RE2"),
        ("range(1000000000000)[0]", "more than 1024"),
        ('format("%999999999s", "a")', "too wide"),
        ('indent(2000000000, "a\\n")', "indent gives more"),
        ('join(file("main.tf"), range(1024))', "none"),
        ("9999999999999999999 * 9999999999999999999", "none"),
        (
            "length([for a in range(1000) : [for b in range(1000) : [for c in range(9) : c]]])",
            "more than can be followed",
        ),
    ],
)
def test_what_would_be_too_much_is_said_with_its_place(
    tmp_path: Path, expression: str, why: str
) -> None:
    code = read(tmp_path, bucket(expression))
    told = [str(one) for one in code.remarks]
    if why == "none":
        assert told == []
    else:
        assert len(told) == 1
        assert told[0].startswith("main.tf:1: aws_s3_bucket.it.bucket has no value")
        assert why in told[0]


def test_texts_that_double_are_ended_once_and_what_follows_is_unknown(tmp_path: Path) -> None:
    doubling = "".join(f'  a{n} = "${{local.a{n - 1}}}${{local.a{n - 1}}}"\n' for n in range(1, 60))
    before = f'locals {{\n  a0 = "aaaaaaaaaa"\n{doubling}}}\n'
    caught = bucket('try(local.a59, "it")', before)
    code = read(tmp_path, caught + 'output "o" { value = local.a59 }\n')
    broken = [str(one) for one in code.remarks if one.is_broken]
    assert len(broken) == 1
    assert broken[0].startswith("main.tf:")
    assert code.is_broken
    (found,) = code.snapshot.of_kind("aws-s3-bucket")
    assert found.found.label == "aws_s3_bucket.it"


def test_lists_that_hold_one_list_twice_are_ended(tmp_path: Path) -> None:
    twice = "".join(f"  a{n} = [local.a{n - 1}, local.a{n - 1}]\n" for n in range(1, 60))
    before = f"locals {{\n  a0 = [1, 2, 3, 4, 5, 6, 7, 8, 9]\n{twice}}}\n"
    code = read(tmp_path, bucket("jsonencode(flatten(local.a59))", before))
    (told,) = [str(one) for one in code.remarks if one.is_broken]
    assert "has more than 1000000 parts" in told


def test_numbers_that_square_are_ended(tmp_path: Path) -> None:
    squares = "".join(f"  a{n} = local.a{n - 1} * local.a{n - 1}\n" for n in range(1, 60))
    code = read(tmp_path, bucket('"${local.a59}"', f"locals {{\n  a0 = 10\n{squares}}}\n"))
    assert "number of more than" in str(code.remarks[0])


def test_files_that_never_end_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tf")
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "named")
    (tmp_path / "zero.tf").symlink_to("/dev/zero")
    (tmp_path / "away.yaml").symlink_to("/etc/hosts")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    code = read(tmp_path, bucket('file("named")') + 'output "o" { value = file("/dev/zero") }\n')
    told = sorted(str(one) for one in code.remarks)
    assert told == [
        "away.yaml:1: it lies outside of the folder, and is not read",
        "pipe.tf:1: it is no plain file, and is not read",
        "zero.tf:1: it lies outside of the folder, and is not read",
    ]
    (found,) = code.snapshot.of_kind("aws-s3-bucket")
    assert "named:1: it is no plain file" in str(found.aspects["listed"].value["Name"])


LAUGHS = 'a0: &a0 ["ha", "ha"]\n' + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize("head", ["apiVersion: v1\nkind: Pod\n", "AWSTemplateFormatVersion: 1\n"])
def test_aliases_of_aliases_end(tmp_path: Path, head: str) -> None:
    code = read(tmp_path, head + LAUGHS, "it.yaml")
    (told,) = [str(one) for one in code.remarks]
    assert told.startswith("it.yaml:")
    assert "more parts" in told
    assert code.is_broken


def test_aliases_that_terraform_decodes_end(tmp_path: Path) -> None:
    (tmp_path / "laughs").write_text(LAUGHS)
    code = read(tmp_path, bucket('jsonencode(yamldecode(file("laughs")))'))
    assert "more parts" in str(code.remarks[0])


@pytest.mark.parametrize(("name", "text"), [
    ("deep.tf", 'locals { a = ' + "[" * 100_000 + "]" * 100_000 + " }"),
    ("deep.json", '{"AWSTemplateFormatVersion": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    ("deep.yaml", "apiVersion: v1\na: " + "[" * 5_000 + "]" * 5_000),
    ("huge.json", '{"planned_values": "' + "a" * 50_000_000 + '"}'),
])  # fmt: skip
def test_what_is_too_deep_or_too_large_is_said(tmp_path: Path, name: str, text: str) -> None:
    code = read(tmp_path, text, name)
    assert [str(one)[: len(name) + 3] for one in code.remarks] == [f"{name}:1:"] or (
        name == "deep.yaml" and str(code.remarks[0]).startswith("deep.yaml:")
    )
    assert code.is_broken
