"""What a review found is kept, and tells posture which permits and roles nobody uses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.gateway.made_records import Made
from tests.gateway.test_replaying import era_of, person
from tests.gateway.test_reviewing import EVE, ORDERS, reviewed, scene

from ringwall.core.observations import State
from ringwall.core.principals import Principal
from ringwall.core.verdicts import Outcome
from ringwall.gateway.reviewed import (
    KINDS,
    Reviewed,
    keep,
    kept,
    of_review,
    of_roles_and_permits,
)
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import LISTED, Scope, Snapshot

AT = datetime(2026, 11, 27, tzinfo=UTC)
CHECKS = [one for one in own_checks() if one.check.judges in KINDS]


def of(made: Iterable[Made], everyone: Iterable[Principal] = (), *, days: float = 90) -> Reviewed:
    review, found = reviewed(made, everyone)
    return of_review(found, review.used, era_of().judge.wanted, at=AT, days=days)


def told(last: Reviewed | None, *, later: timedelta = timedelta(days=1)) -> dict[str, Outcome]:
    """What checks make of it, by component."""
    snapshot = Snapshot()
    for one in of_roles_and_permits(era_of().judge.wanted, last, AT + later):
        seen = snapshot.add(one.found)
        seen.aspects.update(one.aspects)
        seen.aspects[LISTED] = one.aspects["use"]
    for kind in KINDS:
        snapshot.note_listing(Scope(kind, ""), next(iter(snapshot)).aspects["use"])
    return {one.component: one.verdict.outcome for one in judge_all(snapshot, CHECKS)}


@pytest.fixture(scope="module")
def support() -> Reviewed:
    """Somebody of support asked for orders; nobody else asked for anything."""
    return of([scene().request(person("support"), "GET", ORDERS)], [EVE])


def test_a_role_and_permits_that_were_used_pass_and_others_fail(support: Reviewed) -> None:
    found = told(support)
    assert found["ringwall-role/support"] == "pass"
    permits = [outcome for uid, outcome in found.items() if uid.startswith("ringwall-permit/")]
    assert set(permits) == {"pass", "fail"}


def test_a_role_that_its_holders_do_nothing_with_fails() -> None:
    assert told(of([], [EVE]))["ringwall-role/support"] == "fail"
    assert told(of([], []))["ringwall-role/support"] == "pass", "nobody holds it"


def test_nothing_is_concluded_from_no_review_an_old_one_or_one_of_few_days(
    support: Reviewed,
) -> None:
    few = replace(support, days=30.0)
    for last, later in ((None, 1), (support, 32), (support, -1), (few, 1)):
        found = told(last, later=timedelta(days=later))
        assert found
        assert set(found.values()) == {"unknown"}


def test_what_was_not_there_yet_is_unknown(support: Reviewed) -> None:
    name = next(iter(support.permits))
    found = told(replace(support, permits={name: True}))
    assert found[f"ringwall-permit/{name}"] == "pass"
    permits = {uid for uid in found if uid.startswith("ringwall-permit/")}
    assert {found[uid] for uid in permits - {f"ringwall-permit/{name}"}} == {"unknown"}


def test_requests_that_are_not_wholly_known_may_have_used_what_seems_unused(
    support: Reviewed,
) -> None:
    found = told(replace(support, unsure=1))
    assert set(found.values()) == {"pass", "unknown"}


def test_it_is_kept_and_what_is_broken_is_none(tmp_path: Path, support: Reviewed) -> None:
    file = tmp_path / "access" / "reviewed.json"
    assert kept(file) is None
    keep(file, support)
    assert kept(file) == support
    assert file.stat().st_mode & 0o077 == 0
    for broken in (
        b"",
        b"{",
        b"[]",
        b'{"at": 1}',
        b"\xff",
        b'{"at":"2026-11-27","roles":{"a":{}}}',
    ):
        file.write_bytes(broken)
        assert kept(file) is None


def test_holders_that_cannot_be_asked_are_no_nobody() -> None:
    review, found = reviewed([], [])
    found = replace(found, not_asked="there is no database")
    last = of_review(found, review.used, era_of().judge.wanted, at=AT, days=90)
    assert told(last)["ringwall-role/support"] == "unknown"
    states = {
        one.found.name: one.aspects["use"].state
        for one in of_roles_and_permits(era_of().judge.wanted, last, AT)
    }
    assert states["support"] is State.KNOWN
