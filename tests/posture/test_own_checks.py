"""Checks that users write, in Python and in SQL; the index of those that come with Ringwall."""

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.core.verdicts import Outcome
from ringwall.posture.checking import index, sql
from ringwall.posture.checking.cases import ABSENT, DENIED, PASS, Case, Other, case, snapshot_of
from ringwall.posture.checking.finding import (
    KnownCheck,
    checks_in,
    chosen,
    entry_of,
    imported_checks,
    own_checks,
)
from ringwall.posture.checking.verifying import mistakes
from ringwall.posture.judging import judge_one

SQL = """\
-- Buckets tell whose they are.
--
-- Why: nobody answers for what belongs to nobody.
-- Fix: set the tag `owner`.
--
-- judges: aws-s3-bucket
-- severity: low
-- reads: tags
SELECT id,
       coalesce(list_contains(from_json(tags->'$[*].Key', '["VARCHAR"]'), 'owner'), false)
           AS passes,
       label || CASE WHEN tags IS NULL THEN ' has no tags' ELSE ' has tags' END AS why
FROM judged
"""
CASES = """\
- {told: told, outcome: pass, aspects: {tags: [{Key: owner, Value: us}]}}
- {told: another tag, outcome: fail, aspects: {tags: [{Key: team, Value: us}]}}
- {told: none, outcome: fail, aspects: {tags: absent}}
- {told: may not be read, outcome: unknown, aspects: {tags: denied}}
"""
OTHERS = """\
-- Buckets are in accounts that are named.
--
-- Why: one.
-- Fix: two.
-- judges: aws-s3-bucket
-- severity: low
-- reads: aws-account.alias
SELECT j.id, a.alias IS NOT NULL AS passes, 'by its alias' AS why
FROM judged j JOIN "aws-account" a ON a.account = j.account
"""
PYTHON = '''\
"""Buckets are called after us.

Why: one.
Fix: two.
"""
from ringwall.posture.checking import *

CHECK = Check(judges="aws-s3-bucket", severity=Severity.LOW, reads=("listed",))


def judge(it, world):
    it.read("listed")
    return passes("ours") if it.label.startswith("us-") else fails("not ours")


CASES = (case("ours", PASS, name="us-a"), case("not ours", FAIL, name="b"))
'''


def written(folder: Path, name: str, text: str, cases: str = "") -> list[KnownCheck]:
    (folder / name).write_text(text)
    if cases:
        (folder / name).with_suffix(".cases.yaml").write_text(cases)
    return checks_in(folder)


def outcome_of(known: KnownCheck, case: Case) -> tuple[str | None, str]:
    snapshot, seen = snapshot_of(known.check, case)
    judged = judge_one(snapshot, known, seen)
    return (None, "") if judged is None else (judged.verdict.outcome.value, judged.verdict.why)


def test_a_check_in_sql_is_held_to_its_cases(tmp_path: Path) -> None:
    (known,) = written(tmp_path, "us_owner_tag.sql", SQL, CASES)
    assert (known.id, known.title) == ("us-owner-tag", "Buckets tell whose they are")
    assert list(mistakes(known)) == []


def test_a_check_in_python_is_found_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "us_owner_tag.sql", SQL, CASES)
    found = written(tmp_path, "us_names.py", PYTHON)
    assert {one.id for one in found} == {"us-owner-tag", "us-names"}
    assert [said for one in found for said in mistakes(one)] == []
    assert [one.id for one in chosen(found, ["us-names"])] == ["us-names"]


def test_a_check_may_be_called_anything_and_what_it_imports_is_none(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text("OURS = 'us-'\n")
    assert [one.id for one in written(tmp_path, "us.py", PYTHON)] == ["us"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("bad.py", "def f(:\n", "bad.py:1"),
        ("us.py", PYTHON.replace("CHECK =", "CHEK ="), "us.py has no CHECK"),
        ("us.py", "raise RuntimeError('no')\n" + PYTHON, "us.py: no"),
        ("us.py", PYTHON.replace("def judge", "def judges"), "us.py has no judge"),
        ("us.py", "def judge(it, world): ...\n", "us.py has no CHECK and no CASES"),
        ("parts.py", "OURS = 'us-'\n", "there is no check in"),
        ("notes.txt", "", "there is no check in"),
    ],
)
def test_a_file_that_was_meant_as_a_check_and_is_none_is_told(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        written(tmp_path, name, text)


def test_tags_of_a_case_may_be_an_aspect() -> None:
    assert case("listed", PASS, tags={"a": "b"}).it.tags == {"a": "b"}
    for told in (DENIED, ABSENT, [{"Key": "a", "Value": "b"}]):
        one = case("read", PASS, tags=told, other=1).it
        assert (one.tags, one.aspects) == ({}, {"tags": told, "other": 1})


def test_what_comes_out_otherwise_is_told(tmp_path: Path) -> None:
    wrong = CASES.replace("another tag, outcome: fail", "another tag, outcome: pass")
    (known,) = written(tmp_path, "us_owner_tag.sql", SQL, wrong)
    (said,) = mistakes(known)
    assert "“another tag”" in said
    assert "is to be pass, but fail" in said


def test_what_is_read_of_others_has_to_be_known_too(tmp_path: Path) -> None:
    cases = "- {told: a, outcome: pass, others: [{kind: aws-account, aspects: {alias: us}}]}\n"
    cases += "- {told: b, outcome: fail, others: [{kind: aws-account, aspects: {alias: absent}}]}\n"
    cases += (
        "- {told: c, outcome: unknown, others: [{kind: aws-account, aspects: {alias: denied}}]}\n"
    )
    (known,) = written(tmp_path, "us_accounts.sql", OTHERS, cases)
    assert list(mistakes(known)) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT 1 AS one", "gives no column id and no column passes"),
        ("SELECT id, true AS passes FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT id, true AS passes FROM judged, read_text('/etc/passwd')", "disabled"),
        ("COPY judged TO '/tmp/x.csv'", "disabled"),
        ("INSTALL httpfs", "disabled"),
        ("SET enable_external_access = true", "locked"),
    ],
)
def test_a_statement_that_is_none_or_reaches_out_is_unknown(
    tmp_path: Path, statement: str, said: str
) -> None:
    text = SQL[: SQL.index("SELECT")] + statement
    (known,) = written(tmp_path, "us_owner_tag.sql", text, CASES)
    case = Case(told="", outcome=None, it=Other(kind="", name="it", aspects={"tags": []}))
    outcome, why = outcome_of(known, case)
    assert outcome == "unknown"
    assert said in why


def test_a_statement_that_does_not_end_is_stopped_and_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "SECONDS", 0.2)
    endless = "SELECT id, (SELECT count(*) FROM range(1000000000000)) > 0 AS passes FROM judged"
    (known,) = written(tmp_path, "us_owner_tag.sql", SQL[: SQL.index("SELECT")] + endless, CASES)
    case = Case(told="", outcome=None, it=Other(kind="", name="it", aspects={"tags": []}))
    said = "us_owner_tag.sql ran for 0.2 seconds, and was stopped"
    assert outcome_of(known, case) == ("unknown", said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("us_a.sql", "SELECT 1", "has to begin with a comment"),
        ("us_a.sql", SQL.replace("-- judges: aws-s3-bucket\n", ""), "-- judges:"),
        ("us_a.sql", SQL.replace("severity: low", "severity: bad"), "severity is bad, not one of"),
        ("us_a.sql", SQL.replace("reads: tags", 'reads: a"b'), "neither an aspect"),
        ("us_a.sql", SQL.replace("Why:", "Since:"), "a `Why:`"),
        ("us_b.py", "x = (", "us_b.py"),
        ("us_b.py", "x = 1", "has no CHECK and no judge and no CASES"),
    ],
)
def test_what_is_no_check_is_told_with_its_file(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    with pytest.raises(ValueError, match="us_") as told:
        written(tmp_path, name, text, CASES if name.endswith(".sql") else "")
    assert said in str(told.value)


def test_a_check_without_cases_is_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cases\.yaml is missing"):
        written(tmp_path, "us_a.sql", SQL)


@settings(max_examples=30, deadline=None)
@given(keys=st.lists(st.sampled_from(["owner", "team", "", "'; DROP TABLE judged; --", '"'])))
def test_whatever_is_in_a_value_is_a_value(keys: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (known,) = written(Path(folder), "us_owner_tag.sql", SQL, CASES)
        tags = [{"Key": key, "Value": key} for key in keys]
        case = Case(told="", outcome=None, it=Other(kind="", name="it", aspects={"tags": tags}))
        outcome, _ = outcome_of(known, case)
    assert outcome == ("pass" if "owner" in keys else "fail")


def test_absent_is_null_and_denied_is_unknown(tmp_path: Path) -> None:
    (known,) = written(tmp_path, "us_owner_tag.sql", SQL, CASES)
    for told, wanted in ((ABSENT, Outcome.FAIL), (DENIED, Outcome.UNKNOWN)):
        case = Case(told="", outcome=None, it=Other(kind="", name="it", aspects={"tags": told}))
        assert outcome_of(known, case)[0] == wanted


def test_the_index_tells_of_each_check_what_its_file_does() -> None:
    listed, imported = own_checks(), imported_checks()
    assert [entry_of(one) for one in listed] == [entry_of(one) for one in imported]
    for one, other in zip(listed, imported, strict=True):
        assert tuple(one.cases) == tuple(other.cases), one.id
        assert (one.id, one.path) == (other.id, other.path)
    chosen = own_checks(["aws-s3-bucket", "ringwall-role-unused"])
    assert [one.id for one in chosen] == [
        one.id for one in imported_checks(["aws-s3-bucket", "ringwall-role-unused"])
    ]


@pytest.mark.parametrize("change", ["a line less", "another size", "none"])
def test_an_index_of_other_files_is_not_used(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = index.INDEX.read_text().splitlines(keepends=True)
    if change == "another size":
        lines[0] = lines[0].replace('"size": ', '"size": 1')
    elif change == "a line less":
        lines.pop()
    if change != "none":
        (tmp_path / "index.jsonl").write_text("".join(lines))
    monkeypatch.setattr(index, "INDEX", tmp_path / "index.jsonl")
    assert index.entries() is None
    assert [one.id for one in own_checks(["aws-kms"])] == [
        one.id for one in imported_checks(["aws-kms"])
    ]
