"""What people do with findings: each step where it is allowed, why not elsewhere, who it was."""

import json
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from tests.findings.scene import (
    ACCOUNT,
    Inventory,
    at,
    check_queue,
    component,
    finding,
    story,
    take,
)
from tests.findings.scene import (
    state as state_of,
)

from ringwall.core.components import Exposure
from ringwall.core.events import Actor, Kind
from ringwall.core.findings import Severity
from ringwall.findings.states import Excuse, Move, Refusal, State, found, moved
from ringwall.runtime.recording import acting_as, spool_of

UID = finding().uid
ADA = Actor(channel="cli", kind=Kind.PERSON, uid="u_ada", name="Ada", email="ada@example.com")
REASON = "the bucket is the company's web site"


def do(step: Move, *, day: float = 1, **told: Any) -> Any:
    from ringwall.findings import service

    with acting_as(ADA):
        done = service.move(UID, step, now=at(day), **told)
    check_queue()
    return done


def accept(**told: Any) -> Any:
    usual = {"owner": "ada", "reason": REASON, "until": at(90)}
    return do(Move.ACCEPT, **{**usual, **told})


def test_every_step_leads_somewhere_or_says_why_not() -> None:
    for stands, step in product(State, Move):
        came = moved(stands, step)
        if isinstance(came, Refusal):
            assert f"cannot {step} a finding that is {stands}: " in came.why
            assert not came.why.endswith(": ")
        else:
            assert came is not State.FIXED, "nobody can say that a check said so"
    assert all(isinstance(moved(State.FIXED, step), Refusal) for step in Move)


def test_what_was_excused_dies_when_its_facts_change_and_only_then() -> None:
    excuse = Excuse(
        owner="ada", reason=REASON, until=at(9), severity=Severity.HIGH, facts={"a x": "1"}
    )

    def come_to(**told: Any) -> Any:
        usual: dict[str, Any] = {"name": "a x", "facts": "1", "severity": Severity.HIGH}
        return found(State.ACCEPTED, **{**usual, **told}, excuse=excuse, since=at(0), seen=at(1))

    assert come_to() is None
    assert come_to(severity=Severity.LOW) is None
    assert come_to(name="b y", facts="2") is None, "another scanner's words are no other facts"
    assert come_to(facts="2").why == "what it was excused for has changed"
    assert "it is critical" in come_to(severity=Severity.CRITICAL).why


@pytest.mark.usefixtures("database")
def test_work_goes_on_until_a_check_confirms_it() -> None:
    take(finding())
    for step in (Move.ACKNOWLEDGE, Move.START, Move.DONE):
        assert not isinstance(do(step), Refusal)
    assert state_of(finding()) == "to-be-confirmed"
    assert "next check tells" in do(Move.START).why
    take(finding(), day=0.5)
    assert state_of(finding()) == "to-be-confirmed", "that was before it was mended"
    take(finding(), day=2)
    assert state_of(finding()) == "open", "it is still there"
    do(Move.DONE, day=3)
    take(day=4)
    assert story(finding()) == [
        *("open", "acknowledged", "in-progress", "to-be-confirmed"),
        *("open", "to-be-confirmed", "fixed"),
    ]


@pytest.mark.usefixtures("database")
def test_any_check_confirms_what_is_said_to_be_fixed_if_it_looked_later() -> None:
    from ringwall.findings import service

    take(finding(), source="prowler")
    take(finding(), day=0.2)
    do(Move.DONE)
    take(day=0.8, judged=service.all_judged)
    assert state_of(finding()) == "to-be-confirmed", "prowler sees it, and nobody looked since"
    take(day=2, scope="elsewhere", judged=service.nothing_judged)
    assert state_of(finding()) == "to-be-confirmed"
    take(day=2, source="third", scope="elsewhere")
    assert state_of(finding()) == "to-be-confirmed", "it never saw it, and does not name it"
    take(day=2, source="third", scope="elsewhere", looked=service.all_judged)
    assert state_of(finding()) == "fixed"


@pytest.mark.usefixtures("database")
def test_accepting_needs_somebody_a_reason_and_an_end() -> None:
    take(finding())
    assert "name the owner" in accept(owner=" ").why
    assert "reason needs" in accept(reason="no").why
    assert "is past" in accept(until=at(0.5)).why
    assert "at the latest" in accept(until=at(900)).why
    assert state_of(finding()) == "open"
    done = accept()
    assert (done.state, done.excuse.owner) == (State.ACCEPTED, "ada")
    assert accept(until=at(120)).excuse.until == at(120), "it can be prolonged"
    assert "reopen it first" in do(Move.START).why
    assert do(Move.REOPEN).excuse is None


@pytest.mark.usefixtures("database")
def test_what_is_accepted_stays_so_while_nothing_changes() -> None:
    from ringwall.findings import service

    take(finding())
    accept()
    take(finding(), day=2)
    take(finding(title="in other words"), day=3)
    take(finding(source="prowler", evidence=("seen by others",)), source="prowler", day=4)
    assert state_of(finding()) == "accepted"
    assert service.end_excuses(now=at(89)) == 0
    assert service.end_excuses(now=at(91)) == 1
    assert state_of(finding()) == "open"
    check_queue()


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("step", [Move.ACCEPT, Move.REJECT])
def test_other_facts_open_what_was_excused(step: Move) -> None:
    take(finding())
    do(step, owner="ada", reason=REASON, until=at(90))
    take(finding(evidence=("the policy allows s3:* to *",)), day=2)
    assert state_of(finding()) == "open"


@pytest.mark.usefixtures("database")
def test_what_is_accepted_can_be_fixed() -> None:
    take(finding())
    accept()
    take(day=2)
    assert state_of(finding()) == "fixed"


@pytest.mark.usefixtures("database")
def test_a_false_positive_is_answered_for_by_who_says_so_and_ends_too() -> None:
    from ringwall.findings import service

    take(finding())
    assert "reason needs" in do(Move.REJECT).why
    done = do(Move.REJECT, reason="the scanner misreads it")
    assert (done.excuse.owner, done.excuse.until) == ("u_ada", at(1) + timedelta(days=365))
    assert service.end_excuses(now=at(400)) == 1


@pytest.mark.usefixtures("database")
def test_a_job_is_somebodys_until_it_is_given_back() -> None:
    from ringwall.findings import service

    shop = Inventory(component())
    take(finding(), categories=shop)
    assert service.assign(UID, "ada@example.com")
    take(finding(title="x"), day=1, categories=shop)
    assert service.find(UID).owner == "ada@example.com"
    service.assign(UID, "")
    take(finding(title="y"), day=2, categories=shop)
    assert service.find(UID).owner == "billing@example.com"
    assert isinstance(service.comment(UID, " "), Refusal)


@pytest.mark.usefixtures("database")
def test_a_finding_is_named_by_the_beginning_of_its_uid() -> None:
    from ringwall.findings import service

    take(finding())
    assert service.find(UID[:6]).uid == UID
    for wrong in (UID[:3], "ffffffff", "%%%%%%", "x' or 1=1"):
        with pytest.raises(service.NoSuchFindingError):
            service.find(wrong)


@pytest.mark.usefixtures("database")
def test_everything_is_in_the_log_and_what_people_wrote_is_kept_apart(state: Path) -> None:
    from ringwall.findings import service

    spool = spool_of(state)
    before = len(spool.read_bytes()) if spool.exists() else 0
    shop = Inventory(component(exposure=Exposure.INTERNET))
    take(finding(), categories=shop)
    take(finding(), day=0.5, categories=shop)
    do(Move.ACKNOWLEDGE)
    with acting_as(ADA):
        service.comment(UID, "Grace will do it")
        service.assign(UID, "grace@example.com")
    accept(owner="linus@example.com")
    take(day=2)
    lines = [json.loads(one) for one in spool.read_bytes()[before:].splitlines()]
    told = [(one["event"]["class_uid"], one["event"]["activity_name"]) for one in lines]
    assert told == [
        (2003, "Create"),
        *[(3004, "Update")] * 4,
        (2003, "Close"),
    ]
    assert lines[1]["event"]["entity"]["data"] == {"state": "open"}
    assert lines[1]["event"]["actor"]["user"]["uid"] == "u_ada"
    clear = json.dumps([one["event"] for one in lines])
    for personal in ("Grace", "grace@", "ada@", "billing@", "linus@"):
        assert personal not in clear
    assert lines[4]["event"]["entity_result"]["data"]["reason"] == REASON
    assert "linus@example.com" in json.dumps(lines[4]["personal"][f"finding:{UID}"])
    assert "Grace will do it" in json.dumps(lines[2]["personal"][f"finding:{UID}"])


@pytest.mark.usefixtures("database")
def test_what_cannot_be_recorded_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringwall.findings import service
    from ringwall.runtime.recording import RecordingError, outbox

    def full(_state: Path) -> None:
        raise RecordingError("the disk is full")

    monkeypatch.setattr(outbox, "require_room", full)
    with pytest.raises(RecordingError):
        service.take(
            [finding()], source="ringwall", scope=ACCOUNT, judged=service.all_judged, at=at(0)
        )
    assert service.count(service.Wanted()) == 0
