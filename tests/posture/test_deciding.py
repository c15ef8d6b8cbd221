"""What decided a verdict, as it is shown: no more than that, and nothing secret."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import ringwall.posture.checks
from ringwall.core.components import Found
from ringwall.core.findings import Severity
from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking.cases import snapshot_of
from ringwall.posture.checking.check import Check, fails
from ringwall.posture.checking.deciding import HIDDEN, LOOK_FOR_SECRETS, decided_by
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.judging import judge_one
from ringwall.posture.snapshot.snapshot import Snapshot

_SSH = own_checks(["aws-ec2-security-group-ssh"])[0]


def rule(*networks: str, port: int = 22) -> dict[str, Any]:
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": one} for one in networks],
    }


def decided(known: KnownCheck, kind: str, aspect: str, value: Any, why: str = "") -> Any:
    snapshot = Snapshot()
    found = Found(kind=kind, name="it", label="it", account="111122223333", region="eu-west-1")
    seen = snapshot.add(found)
    seen.aspects[aspect] = Observation(State.KNOWN, value)
    judged = judge_one(snapshot, known, seen)
    assert judged is not None
    told = decided_by(snapshot, known, seen, why or judged.verdict.why)
    return None if told is None else [one.text for one in told]


def group(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    told = {"GroupId": "sg-1", "IpPermissions": list(rules), "Tags": []}
    (text,) = decided(_SSH, "aws-ec2-security-group", "listed", told)
    return json.loads(text)["IpPermissions"]  # type: ignore[no-any-return]


def test_of_a_group_the_rule_is_told_that_opens_it() -> None:
    inside = rule("10.0.0.0/8")
    assert group(inside, rule("10.1.0.0/16", "0.0.0.0/0"), rule("0.0.0.0/0", port=443)) == [
        rule("0.0.0.0/0")
    ]


def test_of_several_that_open_it_each_is_told() -> None:
    assert group(rule("0.0.0.0/0"), rule("10.0.0.0/8"), rule("0.0.0.0/0", "10.0.0.0/8")) == [
        rule("0.0.0.0/0"),
        rule("0.0.0.0/0"),
    ]


def test_halves_that_open_it_together_are_both_told() -> None:
    halves = [rule("0.0.0.0/1"), rule("128.0.0.0/1")]
    assert group(halves[0], rule("10.0.0.0/8"), halves[1]) == halves


def test_a_setting_is_told_with_its_value_and_nothing_beside_it() -> None:
    (known,) = (one for one in own_checks() if one.id == "aws-iam-password-length")
    policy = {"MinimumPasswordLength": 8, "RequireNumbers": True}
    assert decided(known, "aws-account", "password_policy", policy) == [
        '{"MinimumPasswordLength": 8}'
    ]


def test_what_is_judged_otherwise_decides_nothing() -> None:
    listed = {"GroupId": "sg-1", "IpPermissions": [rule("0.0.0.0/0")]}
    assert decided(_SSH, "aws-ec2-security-group", "listed", listed, "something else") is None


def test_each_check_that_looks_for_secrets_is_known_as_one() -> None:
    root = Path(ringwall.posture.checks.__file__).parent
    found = {
        path.stem.replace("_", "-")
        for path in root.rglob("*_*.py")
        if re.search(r"posture\.checks\.(secrets|aws\.named) import", path.read_text("utf-8"))
        and "CHECK" in path.read_text("utf-8")
    }
    assert {one.id for one in own_checks() if one.path.stem.replace("_", "-") in found} == (
        LOOK_FOR_SECRETS
    )


@pytest.mark.parametrize("known", own_checks(), ids=lambda one: one.id)
def test_what_fails_in_each_case_of_a_check_is_told_by_its_values(known: KnownCheck) -> None:
    for one in known.cases:
        if one.outcome is not Outcome.FAIL:
            continue
        snapshot, seen = snapshot_of(known.check, one)
        judged = judge_one(snapshot, known, seen)
        assert judged is not None
        told = decided_by(snapshot, known, seen, judged.verdict.why)
        assert told is not None, one.told
        assert all(len(value.text) < 500 for value in told)
        facts = {(fact.component, fact.aspect) for fact in judged.verdict.facts}
        assert {(value.component, value.aspect) for value in told} <= facts
        if known.id in LOOK_FOR_SECRETS:
            assert {value.text for value in told} <= {HIDDEN}


def blind(it: Any, world: Any) -> Any:
    """Of a check that nobody can follow all that it read counts."""
    it.read("listed")
    return fails("it is so")


@pytest.mark.parametrize(
    "value",
    [
        {"MasterUserPassword": "hunter2hunter2"},
        {"Environment": {"Variables": {"HOME": "hunter2hunter2"}}},
        {"env": [{"name": "X", "value": "hunter2hunter2"}]},
        {"Parameters": [{"Name": "DB_PASSWORD", "Value": "hunter2hunter2"}]},
        {"text": "export TOKEN=hunter2hunter2"},
        {"UserData": "hunter2hunter2"},
        {"Script": base64.b64encode(b"#!/bin/sh\nDB_PASSWORD=hunter2hunter2").decode()},
        {"Headers": [{"HeaderName": "X-Verify", "HeaderValue": "hunter2hunter2"}]},
        {"Endpoint": "postgres://shop:hunter2hunter2@db/shop"},
        {"x": "a" * 30_000 + " password=hunter2hunter2"},
        {"a": list(range(2_000)), "b": "password=hunter2hunter2"},
    ],
)
def test_nothing_secret_is_shown(value: Any) -> None:
    check = Check(judges="x", severity=Severity.LOW, reads=("listed",))
    known = replace(_SSH, id="own-check", check=check, judge=blind)
    (text,) = decided(known, "x", "listed", value)
    assert "hunter2" not in text
    assert base64.b64encode(b"DB_PASSWORD").decode()[:8] not in text


def test_what_is_long_is_cut_with_a_word() -> None:
    check = Check(judges="x", severity=Severity.LOW, reads=("listed",))
    known = replace(_SSH, id="own-check", check=check, judge=blind)
    (text,) = decided(known, "x", "listed", {"names": [f"name {n}" for n in range(500)]})
    assert len(text) < 500
    assert text.endswith("… (cut: it is longer)")
