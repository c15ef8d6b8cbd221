"""Who approves a plan: anybody who may, or, where that is asked for, somebody else than made it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.posture.fixing.conftest import NOW
from typer.testing import CliRunner

from ringwall.cli.main import build
from ringwall.posture.commands import fixing
from ringwall.posture.config import Approval, Fixes
from ringwall.posture.fixing.applying import Applying
from ringwall.posture.fixing.approving import approved, not_approved
from ringwall.posture.fixing.keeping import Plans
from ringwall.posture.fixing.plans import Call, Draft, Plan, Stage, Step, decoded, encoded
from ringwall.runtime.recording.spool import spool_of
from ringwall.runtime.refusals import ExitCode, Refused

ADA, BOB = "daemon", "bin"
"""Users of every machine, by number 1 and 2."""
ASKED = "posture.fixes.approval asks for a second person"
Said = Callable[..., Any]


def _plan(by: str = ADA, **more: Any) -> Plan:
    do = Call(call="ec2:EnableEbsEncryptionByDefault", arguments={}, words="encrypt")
    return Plan(
        id="0be7f245a950",
        check="aws-ec2-ebs-encryption-default",
        component="aws-region/eu-west-1",
        account="123456789012",
        region="eu-west-1",
        draft=Draft(changes=("it",), steps=(Step(do=do),)),
        basis=(),
        made=NOW,
        by=by,
        **more,
    )


def test_by_default_whoever_made_a_plan_may_approve_it() -> None:
    assert Fixes().approval is Approval.ANYBODY
    found = approved(_plan(), by=ADA, needs=Approval.ANYBODY, now=NOW)
    assert (found.stage, found.approved_by) == (Stage.APPROVED, ADA)


def test_where_a_second_person_is_asked_for_it_is_somebody_else() -> None:
    refused = approved(_plan(), by=ADA, needs=Approval.SECOND_PERSON, now=NOW)
    assert (refused.stage, refused.approved_by) == (Stage.MADE, "")
    assert refused.history[-1].endswith(f"not approved by {ADA}: {ADA} made it, and {ASKED}")
    found = approved(refused, by=BOB, needs=Approval.SECOND_PERSON, now=NOW)
    assert (found.stage, found.approved_by) == (Stage.APPROVED, BOB)
    assert found.digest == _plan().digest
    assert decoded(encoded(found)) == found


def test_nobody_is_no_second_person() -> None:
    found = approved(_plan(), by="", needs=Approval.SECOND_PERSON, now=NOW)
    assert found.stage is Stage.MADE


@pytest.mark.parametrize(
    ("by", "by_uid", "stage"),
    [
        (BOB, "host:1", Stage.MADE),  # who has two names
        (ADA, "host:2", Stage.MADE),
        (BOB, "", Stage.MADE),
        (BOB, "host:2", Stage.APPROVED),
    ],
)
def test_a_second_person_is_known_by_number(by: str, by_uid: str, stage: Stage) -> None:
    plan = _plan(by_uid="host:1")
    needs = Approval.SECOND_PERSON
    found = approved(plan, by=by, by_uid=by_uid, needs=needs, now=NOW)
    assert found.stage is stage
    given = replace(plan, stage=Stage.APPROVED, approved_by=by, approved_by_uid=by_uid)
    assert bool(not_approved(given, needs)) is (stage is Stage.MADE)
    assert not not_approved(given, Approval.ANYBODY)
    assert decoded(encoded(given)) == given
    assert given.digest == plan.digest != _plan(by_uid="host:3").digest


def test_a_plan_of_before_numbers_were_kept_is_the_same_plan() -> None:
    told = json.loads(encoded(_plan()))
    del told["by_uid"], told["approved_by_uid"]
    assert decoded(json.dumps(told).encode()) == _plan()


@pytest.mark.parametrize("approved_by", [ADA, ""])  # plans of before it was kept have no name
def test_an_approval_of_before_a_second_person_was_asked_for_does_not_do(approved_by: str) -> None:
    kept: list[Plan] = []
    plan = _plan(stage=Stage.APPROVED, approved_by=approved_by)
    cloud: Any = object()  # nothing is asked, and nothing is done
    applying = Applying(cloud, kept.append, needs=Approval.SECOND_PERSON, now=lambda: NOW)
    ended = applying.apply(plan, by=BOB)
    assert (ended.stage, ended.approved_by) == (Stage.MADE, "")
    assert "not applied, its approval does not do" in ended.history[-1]
    assert kept == [ended]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """``ringwall posture fix``, typed by a user, where a plan of ADA's is."""
    state, config, signed_in = tmp_path / ".ringwall", tmp_path / "ringwall.yaml", tmp_path / "who"
    config.write_text("version: 1\nposture: {fixes: {approval: second-person}}\n")
    monkeypatch.setenv("RINGWALL_CONFIG", str(config))
    monkeypatch.setenv("RINGWALL_STATE", str(state))
    monkeypatch.setattr(fixing, "_SIGNED_IN", signed_in)
    Plans(state).keep(_plan())

    def said(number: int, *words: str) -> Any:
        signed_in.write_text(f"{number}\n")
        return CliRunner().invoke(build(), ["posture", "fix", *words])

    return said


def test_the_command_refuses_whoever_made_it_and_records_that(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = _plan().id
    monkeypatch.setenv("LOGNAME", BOB)  # anybody may say so
    done = said(1, "approve", name)
    assert isinstance(done.exception, Refused)
    assert done.exception.message.endswith(f"{ADA} made it, and {ASKED}")
    assert "have somebody else approve it" in done.exception.hint
    state = tmp_path / ".ringwall"
    lines = [json.loads(one)["event"] for one in spool_of(state).read_bytes().splitlines()]
    told = [one["entity_result"]["data"] for one in lines if "entity_result" in one]
    assert f"not approved by {ADA}" in told[-1]["said"]
    assert Plans(state).get(name).stage is Stage.MADE
    assert said(2, "approve", name).exit_code == ExitCode.OK
    found = Plans(state).get(name)
    assert (found.approved_by, found.approved_by_uid) == (BOB, "host:2")


def test_a_plan_is_shown_with_what_it_needs(said: Said) -> None:
    shown = said(1, "show", _plan().id)
    assert "Permissions besides those of a scan" in shown.output
    assert "  ec2:EnableEbsEncryptionByDefault\n" in shown.output
    told = json.loads(said(1, "show", _plan().id, "--json").output)
    assert told["permissions"] == ["ec2:EnableEbsEncryptionByDefault"]


def test_a_plan_made_anew_waits_for_who_applies_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what was begun would be forgotten, and nobody would take it back."""
    plans = Plans(tmp_path)
    context: Any = object()  # nothing is asked of it
    plans.keep(_plan(stage=Stage.APPROVED, approved_by=BOB))
    monkeypatch.setattr(fixing, "_plans", lambda _: plans)
    monkeypatch.setattr(fixing, "_keep", lambda _, plan: plans.keep(plan))
    with ThreadPoolExecutor() as pool:
        with plans.only_here():
            made = pool.submit(fixing._kept_anew, context, _plan())
            with pytest.raises(TimeoutError):
                made.result(timeout=0.3)
            plans.keep(_plan(stage=Stage.BEGUN, done=1))
        with pytest.raises(Refused, match="begun already"):
            made.result(timeout=10)
    assert plans.get(_plan().id).stage is Stage.BEGUN


def test_a_damaged_plan_is_told_to_who_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = Plans(tmp_path)
    context: Any = object()  # nothing is asked of it
    plans.keep(_plan())
    (path,) = tmp_path.rglob("*.json")
    path.write_text("{")
    monkeypatch.setattr(fixing, "_plans", lambda _: plans)
    with pytest.raises(Refused, match="delete it and make the plan anew"):
        fixing._kept_anew(context, _plan())


def test_a_user_is_who_signed_in_else_whose_process_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixing, "_SIGNED_IN", tmp_path / "who")
    monkeypatch.setattr("os.getuid", lambda: 2)
    assert fixing._person() == BOB
    (tmp_path / "who").write_text(str(2**32 - 1))  # as of whatever no sign-in began
    assert fixing._person() == BOB
    assert fixing._uid() == "host:2"
    (tmp_path / "who").write_text("1")  # behind sudo
    assert fixing._person() == ADA
    assert fixing._uid() == "host:1"


def test_where_no_sign_in_is_kept_root_is_who_called_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else who made a plan would be a second person by becoming root."""
    monkeypatch.setattr(fixing, "_SIGNED_IN", tmp_path / "who")
    monkeypatch.setenv("SUDO_UID", "1")
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert (fixing._person(), fixing._uid()) == (ADA, "host:1")
    monkeypatch.setattr("os.getuid", lambda: 2)
    monkeypatch.setattr("os.geteuid", lambda: 2)  # of others it is no evidence
    assert (fixing._person(), fixing._uid()) == (BOB, "host:2")
