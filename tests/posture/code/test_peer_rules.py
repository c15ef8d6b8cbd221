"""What is held against a peer's rules is true: a check that is named is there, and says so too."""

from pathlib import Path

import pytest
from bench.code.generated import generate
from bench.code.matching import Told, matched, short
from bench.code.rules import Rule, Why, rules

from ringwall.posture.checking.finding import own_checks

HERE = ("main.tf", "aws_s3_bucket.it")
RULES = {
    "THEIRS_1": Rule("THEIRS_1", frozenset({"ours-one", "ours-two"})),
    "THEIRS_2": Rule("THEIRS_2", why=Why.OPINION, told="nobody is worse off"),
}


def test_every_check_in_the_table_is_there_and_every_check_stands_in_it_as_it_says() -> None:
    table, checks = rules(), own_checks()
    assert {name for rule in table.values() for name in rule.checks} <= {one.id for one in checks}
    said = {
        (one.id, alias.partition(":")[2])
        for one in checks
        for alias in one.check.known_as
        if alias.startswith("checkov:")
    }
    assert [pair for pair in said if pair[0] not in table[pair[1]].checks] == []


def test_a_rule_that_is_there_twice_or_says_nothing_is_refused_with_its_line() -> None:
    for text in ("A one\nA two\n", "# told\nA\n"):
        with pytest.raises(ValueError, match=r"rules\.txt:2: A"):
            rules(text)


def test_what_one_alone_finds_is_told_with_the_reason() -> None:
    ours = [
        Told("ours-one", HERE, "fail"),
        Told("ours-two", ("main.tf", "aws_s3_bucket.other"), "pass"),
        Told("ours-three", HERE, "fail"),
    ]
    theirs = [
        Told("THEIRS_1", HERE, "fail"),
        Told("THEIRS_1", ("main.tf", "aws_s3_bucket.other"), "fail"),
        Told("THEIRS_1", ("main.tf", "aws_s3_bucket.third"), "fail"),
        Told("THEIRS_2", HERE, "fail"),
        Told("THEIRS_3", HERE, "fail"),
    ]
    found = matched(ours, theirs, RULES)
    assert found.both == 1
    assert {why: len(some) for why, some in found.only_they.items()} == {
        Why.PASSES: 1,
        Why.NOT_SEEN: 1,
        Why.OPINION: 1,
        Why.KIND: 1,
    }
    assert found.only_we == {"ours-three": 1}


def test_what_speaks_of_another_resource_is_found_there_and_nothing_else_is() -> None:
    ours = [Told("ours-one", HERE, "fail")]
    for resource, both in (("aws_s3_bucket_policy.it", 1), ("aws_s3_bucket.second", 0)):
        told = Told("THEIRS_1", ("main.tf", resource), "fail", resource)
        assert matched(ours, [told], RULES).both == both


def test_indexes_and_modules_make_no_other_resource() -> None:
    assert short('module.a[0].aws_s3_bucket.it["b.c"]') == "aws_s3_bucket.it"


def test_the_tree_is_the_same_each_time_and_as_long_as_was_asked(tmp_path: Path) -> None:
    first, second = generate(tmp_path / "a", 2000), generate(tmp_path / "b", 2000)
    assert first == second
    assert {one.is_fault for one in first} == {True, False}
    written = sum(path.read_text().count("\n") for path in (tmp_path / "a").rglob("*.tf"))
    assert 2000 <= written < 2600
    checks = {one.id for one in own_checks()}
    assert {one.check for one in first} <= checks
