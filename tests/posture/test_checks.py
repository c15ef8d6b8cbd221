"""Every check, by its own cases, and by what no check may do."""

from contextlib import suppress
from dataclasses import replace

import pytest

from ringwall.core.observations import Observation, State
from ringwall.core.verdicts import Outcome
from ringwall.posture.checking import UnknownError, passes
from ringwall.posture.checking.cases import Case, snapshot_of
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.judging import judge_one

CHECKS = own_checks()
CASES = [
    pytest.param(one, case, id=f"{one.id}: {case.told}") for one in CHECKS for case in one.cases
]
UNTOLD = [Observation(State.DENIED, why="denied"), Observation(State.ERROR, why="failed")]


def reads_of(known: KnownCheck) -> set[str]:
    """What a check says that it reads, by kind and aspect."""
    judges = known.check.judges
    return {one if "." in one else f"{judges}.{one}" for one in known.check.reads}


@pytest.mark.parametrize(("known", "case"), CASES)
def test_a_check_says_what_its_case_says(known: KnownCheck, case: Case) -> None:
    snapshot, seen = snapshot_of(known.check, case)
    judged = judge_one(snapshot, known, seen)
    outcome = None if judged is None else judged.verdict.outcome
    told = "" if judged is None else judged.verdict.why
    assert outcome == case.outcome, told
    assert "failed by itself" not in told
    if judged is not None:
        assert told
        assert judged.verdict.facts, "it stands on nothing"


@pytest.mark.parametrize(("known", "case"), CASES)
def test_no_pass_rests_on_a_read_that_was_denied_or_failed(known: KnownCheck, case: Case) -> None:
    """Each read in turn: what is still a pass has not read it, and no case becomes a failure."""
    snapshot, seen = snapshot_of(known.check, case)
    before = judge_one(snapshot, known, seen)
    for one in list(snapshot):
        for aspect in list(one.aspects):
            for untold in UNTOLD:
                kept, one.aspects[aspect] = one.aspects[aspect], untold
                after = judge_one(snapshot, known, seen)
                one.aspects[aspect] = kept
                if after is None or before is None:
                    continue
                named = (one.found.id, aspect)
                read = {(fact.component, fact.aspect) for fact in after.verdict.facts}
                if after.verdict.outcome is Outcome.PASS:
                    assert named not in read
                if before.verdict.outcome is Outcome.PASS:
                    assert after.verdict.outcome is not Outcome.FAIL, named
                assert "failed by itself" not in after.verdict.why


@pytest.mark.parametrize(("known", "case"), CASES)
def test_no_pass_where_components_could_not_all_be_listed(known: KnownCheck, case: Case) -> None:
    snapshot, seen = snapshot_of(known.check, case)
    for scope, _ in list(snapshot.all_listings()):
        snapshot.forget_listing(scope)
        snapshot.note_listing(scope, UNTOLD[0])
    after = judge_one(snapshot, known, seen)
    if after is not None and after.verdict.outcome is Outcome.PASS:
        assert all(fact.state in {State.KNOWN, State.ABSENT} for fact in after.verdict.facts)


@pytest.mark.parametrize("known", CHECKS, ids=lambda one: one.id)
def test_a_check_has_cases_a_page_and_says_what_it_reads(known: KnownCheck) -> None:
    outcomes = {case.outcome for case in known.cases}
    assert {Outcome.PASS, Outcome.FAIL} <= outcomes, "a case that passes and one that fails"
    assert len({case.told for case in known.cases}) == len(known.cases)
    assert len(known.title) < 80
    declared, touched = reads_of(known), set[str]()
    for case in known.cases:
        snapshot, seen = snapshot_of(known.check, case)
        judged = judge_one(snapshot, known, seen)
        for component, aspect in () if judged is None else judged.touched:
            kind = component.partition("/")[0]
            touched.add(f"{kind}.{aspect}")
    kinds = {one.partition(".")[0] for one in declared} | {known.check.judges}
    for one in touched:
        kind, _, aspect = one.partition(".")
        assert one in declared or (aspect in {"listed", "*"} and kind in kinds), one
    unread = declared - touched - {f"{known.check.judges}.listed"}
    assert {one for one in unread if f"{one.partition('.')[0]}.*" not in touched} == set()


def test_ids_are_of_one_check_each() -> None:
    ids = [one.id for one in CHECKS]
    assert len(ids) == len(set(ids))


def test_everything_that_checks_of_clouds_read_is_collected() -> None:
    assert plan_for(CHECKS).missing == ()


def test_a_pass_that_read_what_was_denied_becomes_unknown() -> None:
    known = next(one for one in CHECKS if one.id == "aws-s3-bucket-block-public-access")
    case = next(one for one in known.cases if one.outcome is Outcome.PASS)
    snapshot, seen = snapshot_of(known.check, case)

    def careless(it, world):  # type: ignore[no-untyped-def]
        for aspect in ("public_access_block", "acl"):
            with suppress(UnknownError):
                it.read(aspect)
        return passes("nothing is wrong")

    judged = judge_one(snapshot, replace(known, judge=careless), seen)
    assert judged is not None
    assert judged.verdict.outcome is Outcome.UNKNOWN
