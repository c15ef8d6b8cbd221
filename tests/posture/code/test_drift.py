"""What code declares against what is there: differences that both tell of, and no secrets."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.core.components import Found
from ringwall.core.observations import Observation, Place, State
from ringwall.posture.code.drift import NAMED, Drift, declares, drift
from ringwall.posture.keeping import Accounts
from ringwall.posture.naming import only
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

DENIED = Observation(State.DENIED, why="AccessDenied")


def snapshot(kind: str, name: str, **aspects: object) -> Snapshot:
    made = Snapshot()
    place = Place("main.tf", 3) if name.startswith("terraform:") else None
    seen = made.add(Found(kind=kind, name=name, label="exports"), place=place)
    for aspect, value in aspects.items():
        told = value if isinstance(value, Observation) else Observation(State.KNOWN, value)
        seen.aspects[aspect] = told
    return made


def differences(kind: str, declared: object, there: object, aspect: str = "listed") -> list[Drift]:
    code = snapshot(kind, "terraform:main.tf:x.exports", **{aspect: declared})
    return list(drift(code, snapshot(kind, "arn:aws:x", **{aspect: there})))


def test_what_is_otherwise_is_told_with_its_place() -> None:
    (one,) = differences(
        "aws-s3-bucket", {"Status": "Enabled"}, {"Status": "Suspended"}, "versioning"
    )
    assert one.part == "versioning.Status"
    assert "Enabled in code (main.tf:3), and Suspended in the cloud" in one.why


def test_values_are_shown_as_they_are_written() -> None:
    rules: dict[str, object] = {"Rules": {"on": True, "of": "a"}}
    (one,) = differences("aws-s3-bucket", rules, {"Rules": None}, "encryption")
    assert '{"of": "a", "on": true} in code (main.tf:3), and not set in the cloud' in one.why


def test_what_is_the_same_not_read_or_not_declared_is_none() -> None:
    same = {"Rules": [{"a": 1}, {"b": 2}]}
    other_order = {"Rules": [{"b": 2}, {"a": 1}], "More": 1}
    assert differences("aws-s3-bucket", same, other_order, "encryption") == []
    assert differences("aws-s3-bucket", {"Status": "Enabled"}, DENIED, "versioning") == []
    assert differences("aws-s3-bucket", DENIED, {"Status": "Enabled"}, "versioning") == []


def test_what_may_be_secret_is_compared_and_not_shown() -> None:
    declared = {"Environment": {"Variables": {"DB_PASSWORD": "hunter2-a"}}}
    there = {"Environment": {"Variables": {"DB_PASSWORD": "hunter2-b"}}}
    (one,) = differences("aws-lambda-function", declared, there)
    assert "DB_PASSWORD" in one.why
    assert "hunter2" not in one.why


def test_what_of_a_large_account_is_held_against_code_is_all_that_can_differ() -> None:
    code = snapshot(
        "aws-s3-bucket", "terraform:main.tf:x.exports", versioning={"Status": "Enabled"}
    )
    cloud = snapshot("aws-s3-bucket", "arn:aws:x", versioning={"Status": "Suspended"})
    cloud.note_listing(Scope("aws-s3-bucket", "1"), DENIED)
    cloud.add(Found(kind="aws-ec2-instance", name="i-1", label="exports"))
    part = only(cloud, NAMED)
    assert list(drift(code, part)) == list(drift(code, cloud)) != []
    assert [one.found.name for one in part] == ["arn:aws:x"]
    assert dict(part.listings("aws-s3-bucket")) == dict(cloud.listings("aws-s3-bucket"))


def test_the_owner_of_a_bucket_is_the_same_in_both_whatever_number_the_account_has() -> None:
    def listed(owner: str, *more: dict[str, object]) -> dict[str, object]:
        own = {"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
        return {"Owner": {"ID": owner}, "Grants": [own, *more]}

    public: dict[str, object] = {
        "Grantee": {"Type": "Group", "URI": "AllUsers"},
        "Permission": "READ",
    }
    other: dict[str, object] = {
        "Grantee": {"ID": "b0", "Type": "CanonicalUser"},
        "Permission": "READ",
    }
    assert differences("aws-s3-bucket", listed("owner"), listed("75aa"), "acl") == []
    for more in (public, other):
        (one,) = differences("aws-s3-bucket", listed("owner"), listed("75aa", more), "acl")
        assert one.part == "acl.Grants"


def test_what_is_written_for_something_that_is_not_in_the_code_is_not_held_against_it() -> None:
    code = snapshot("aws-s3-bucket", "terraform:main.tf:p", apart=True, policy={"Statement": []})
    there = snapshot("aws-s3-bucket", "arn:aws:x", policy={"Statement": [{"Effect": "Deny"}]})
    assert list(drift(code, there)) == []


def test_a_secret_that_is_written_in_code_is_held_against_nothing() -> None:
    written = {"Name": "exports", "Written": {"password": "hunter2hunter2"}}
    assert differences("aws-secretsmanager-secret", written, {"Name": "exports"}) == []


def test_of_what_is_there_code_declares_what_it_calls_the_same() -> None:
    code = snapshot("aws-s3-bucket", "terraform:main.tf:x.exports", versioning={})
    cloud = snapshot("aws-s3-bucket", "arn:aws:s3:::exports", versioning={})
    assert declares(code, cloud, "aws-s3-bucket/arn:aws:s3:::exports")
    assert not declares(code, cloud, "aws-s3-bucket/arn:aws:s3:::other")
    assert not declares(Snapshot(), cloud, "aws-s3-bucket/arn:aws:s3:::exports")


def test_the_command_goes_by_the_newest_reading_and_says_what_could_not_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGWALL_STATE", str(tmp_path / "state"))
    folder = tmp_path / "infra"
    folder.mkdir()
    (folder / "main.tf").write_text(
        'resource "aws_s3_bucket" "it" {\n  bucket = "exports"\n}\n'
        'resource "aws_s3_bucket_versioning" "it" {\n  bucket = aws_s3_bucket.it.id\n'
        '  versioning_configuration { status = "Enabled" }\n}\n'
    )

    def there(versioning: object) -> Snapshot:
        return snapshot("aws-s3-bucket", "arn:aws:s3:::exports", versioning=versioning)

    accounts, account = Accounts(tmp_path / "state"), "123456789012"
    read = datetime(2026, 6, 1, tzinfo=UTC)
    accounts.keep(account, there({"Status": "Suspended"}), read=read, gaps=0)

    def drifts(lesser: object = None) -> tuple[int, str]:
        newest = accounts.newest(account, NAMED)
        assert newest is not None
        if lesser is not None:
            newest.take(there(lesser), NAMED)
            accounts.keep_newest(account, newest)
        told = CliRunner().invoke(build(), ["posture", "drift", str(folder)])
        assert told.exception is None or isinstance(told.exception, SystemExit), repr(
            told.exception
        )
        return told.exit_code, " ".join(told.output.split())

    code, said = drifts()
    assert code == 6, said
    code, said = drifts(DENIED)
    assert code == 6
    assert "not read again: versioning of aws-s3-bucket/arn:aws:s3:::exports" in said
    code, said = drifts({"Status": "Enabled"})
    assert code == 0, said
    assert "not read again" not in said
