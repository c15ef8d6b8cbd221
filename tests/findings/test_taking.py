"""What becomes of the queue as runs come in: found, merged, fixed, not confirmed, back again."""

from datetime import timedelta

import pytest
from tests.findings.scene import (
    ACCOUNT,
    BUCKET,
    Inventory,
    all_of,
    at,
    check_queue,
    component,
    finding,
    state,
    story,
    take,
)

from ringwall.core.components import Exposure
from ringwall.core.findings import Finding, Severity
from ringwall.core.observations import Fact, State
from ringwall.core.verdicts import Outcome
from ringwall.findings.states import Move

pytestmark = pytest.mark.usefixtures("database")
OTHER = finding(weakness="aws-s3-bucket-versioning", severity=Severity.LOW, title="No versions")


def test_a_weakness_is_one_finding_however_often_it_is_found() -> None:
    from ringwall.findings import service

    assert take(finding(), OTHER).new == 2
    again = take(finding(), OTHER, day=1)
    assert (again.new, again.still, again.fixed) == (0, 2, 0)
    found = service.find(finding().uid)
    assert (found.first_seen, found.last_seen) == (at(0), at(1))
    assert story(finding()) == ["open"]


def test_what_was_judged_and_is_not_found_is_fixed_and_opens_when_it_comes_back() -> None:
    from ringwall.findings import service

    take(finding(), OTHER)
    assert take(OTHER, day=1).fixed == 1
    assert (state(finding()), state(OTHER)) == ("fixed", "open")
    back = take(finding(), OTHER, day=2)
    assert (back.new, back.reopened, back.still) == (0, 1, 1)
    assert story(finding()) == ["open", "fixed", "open"]
    assert service.find(finding().uid).reopened == 1


def test_what_could_not_be_judged_stays_and_says_since_when() -> None:
    from ringwall.findings import service

    take(finding())

    def denied(weakness: str, one: str, /) -> Outcome:
        assert (weakness, one) == (finding().weakness, BUCKET)
        return Outcome.UNKNOWN

    for day in (1, 2):
        assert take(day=day, judged=denied).unconfirmed == 1
        found = service.find(finding().uid)
        assert (found.state, found.unconfirmed_since) == ("open", at(1))
    assert "could not judge" in found.unconfirmed_why
    take(finding(), day=3)
    assert service.find(finding().uid).unconfirmed_since is None


def test_what_nobody_looked_at_is_left_alone() -> None:
    from ringwall.findings import service

    take(finding())
    found = take(day=1, judged=service.nothing_judged)
    assert (found.fixed, found.unconfirmed) == (0, 0)
    assert service.find(finding().uid).last_seen == at(0)


def test_a_run_says_nothing_of_another_scope_or_source() -> None:
    take(finding())
    assert take(day=1, scope="aws:444455556666").fixed == 0
    assert take(day=1, source="prowler").fixed == 0
    assert state(finding()) == "open"


def test_a_fail_in_another_part_fixes_this_part_and_one_without_words_fixes_nothing() -> None:
    first, second = finding(part="rule 1"), finding(part="rule 2")

    def fails(weakness: str, one: str, /) -> Outcome:
        return Outcome.FAIL

    take(first, second)
    assert take(second, day=1, judged=fails).fixed == 1
    assert (state(first), state(second)) == ("fixed", "open")
    assert take(day=2, judged=fails).unconfirmed == 1
    assert state(second) == "open"


def test_several_sources_see_one_finding_and_each_has_to_let_go_of_it() -> None:
    from ringwall.findings import service

    take(finding())
    outside = finding(title="S3 bucket is public", rule="s3_bucket_public_access")
    assert take(outside, day=1, source="prowler").new == 0
    found = service.find(finding().uid)
    assert found.finding.title == finding().title, "our words come first"
    _, sightings = service.history(found.uid)
    assert [one.source for one in sightings] == ["prowler", "ringwall"]

    assert take(day=2).fixed == 0
    assert state(finding()) == "open"
    steps, _ = service.history(found.uid)
    assert "still seen by prowler" in steps[-1].text
    assert take(day=3, source="prowler").fixed == 1
    assert state(finding()) == "fixed"


def test_of_outside_scanners_the_worst_is_believed() -> None:
    from ringwall.findings import service

    take(finding(severity=Severity.MEDIUM), source="one")
    take(finding(severity=Severity.LOW), source="two", day=1)
    assert service.find(finding().uid).finding.severity is Severity.MEDIUM
    take(finding(severity=Severity.CRITICAL), source="two", day=2)
    assert service.find(finding().uid).finding.severity is Severity.CRITICAL
    assert service.find(finding().uid).finding.source == "two"


def test_who_does_not_see_it_any_more_has_no_word() -> None:
    from ringwall.findings import service

    theirs = finding(title="It is open, says x", severity=Severity.LOW, facts=())
    take(finding())
    take(theirs, day=1, source="x")
    assert service.find(theirs.uid).finding.source == "ringwall"
    assert take(day=2).fixed == 0, "x still sees it"
    take(theirs, day=3, source="x")
    found = service.find(theirs.uid)
    assert (found.finding.source, found.finding.severity) == ("x", Severity.LOW)
    assert found.finding.title == theirs.title
    take(finding(), day=4)
    assert service.find(theirs.uid).finding.source == "ringwall"


def test_nothing_is_taken_without_evidence_or_a_way_to_fix_it() -> None:
    take(finding())
    no_fix, no_evidence = finding(fix=" "), finding(evidence=(), weakness="aws-other")
    found = take(no_fix, no_evidence, day=1)
    assert (found.new, found.fixed) == (0, 0), "what is there all the same is not fixed"
    reasons = [why for _, why in found.refused]
    assert ["no way to fix" in reasons[0], "no evidence" in reasons[1]] == [True, True]
    assert state(finding()) == "open"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"component": "bucket"}, "names no component"),
        ({"component": "aws-s3-bucket/" + "x" * 2000}, "more than 1000"),
        ({"title": "  "}, "it has no name"),
        ({"source": "somebody"}, "says that it is from somebody"),
    ],
)
def test_what_names_nothing_is_not_taken(told: dict[str, str], why: str) -> None:
    from ringwall.findings import service

    found = service.take(
        [finding(**told)], source="ringwall", scope=ACCOUNT, judged=service.all_judged
    )
    assert found.new == 0
    assert why in found.refused[0][1]


def test_a_fact_or_a_place_is_evidence_too() -> None:
    fact = Fact(BUCKET, "policy", State.KNOWN, "s3:GetBucketPolicy", at(0))
    assert take(finding(evidence=(), facts=(fact,))).new == 1


def test_an_older_report_changes_nothing() -> None:
    take(finding(), day=5)
    take(day=6)
    late = take(finding(), day=5.5)
    assert (late.older, late.reopened) == (1, 0)
    assert state(finding()) == "fixed"
    take(finding(), day=7)
    assert take(day=6.5).fixed == 0
    assert state(finding()) == "open"


def test_a_clock_that_is_ahead_does_not_hold_the_queue_up() -> None:
    from datetime import UTC, datetime

    from ringwall.findings import service

    ahead = datetime.now(UTC) + timedelta(days=900)
    service.take(
        [finding(seen=ahead)], source="ringwall", scope=ACCOUNT, judged=service.all_judged, at=ahead
    )
    assert service.find(finding().uid).last_seen <= datetime.now(UTC)
    check_queue()


def test_what_a_clock_that_was_ahead_has_noted_holds_nothing_up() -> None:
    """It is set right between two scans: what the first saw is no later than the second."""
    from ringwall.findings import service
    from ringwall.findings.models import Queued, Sighting

    ahead = at(0) + timedelta(days=36_500)

    def was_ahead(**more: object) -> None:
        Queued.objects.update(last_seen=ahead, since=ahead, **more)
        Sighting.objects.update(last_seen=ahead)

    take(finding())
    was_ahead(first_seen=ahead, due_from=ahead, deadline=ahead)
    assert take(finding(), day=1).still == 1
    found = service.find(finding().uid)
    assert at(0) < found.first_seen <= found.last_seen == at(1)
    assert found.deadline is not None
    assert found.deadline <= at(31)
    was_ahead()
    assert take(day=2).fixed == 1
    was_ahead()
    assert take(finding(), day=3).reopened == 1
    service.move(finding().uid, Move.DONE)
    was_ahead()
    assert take(day=4).fixed == 1


def test_rank_owner_and_deadline_come_from_the_component() -> None:
    from ringwall.findings import service

    shop = Inventory(component(exposure=Exposure.INTERNET))
    take(finding(), OTHER, categories=shop)
    first, second = service.standings(service.Wanted())
    assert first.score > second.score
    assert (first.owner, first.deadline) == ("billing@example.com", at(14))
    assert second.deadline == at(180)
    assert service.rerank(Inventory(component(owner="ops"))) == 2
    found = service.find(finding().uid)
    assert (found.owner, found.deadline) == ("ops", at(30))
    assert found.score < first.score
    take(finding(), day=1)
    assert service.find(finding().uid).owner == "ops", "who does not know takes nothing away"


def test_a_way_that_comes_and_goes_raises_the_rank_and_lowers_it() -> None:
    from ringwall.findings import service

    take(finding(), categories=Inventory(component()))
    before = service.find(finding().uid)
    assert service.rerank(Inventory(component(is_behind=True))) == 1
    behind = service.find(finding().uid)
    assert behind.score > before.score
    assert behind.place.is_behind
    assert service.rerank(Inventory(component(is_behind=True))) == 0
    assert service.rerank(Inventory(component())) == 1
    assert service.find(finding().uid).score == before.score


def test_texts_that_no_database_keeps_are_made_such() -> None:
    from ringwall.findings import service

    odd = finding(title="a\0b\ud800", message="\0", evidence=("\0x",), part="p\0")
    take(odd)
    (found,) = service.standings(service.Wanted())
    assert "\0" not in found.finding.part + found.finding.title + found.finding.message


def test_a_list_is_filtered() -> None:
    from ringwall.findings import service
    from ringwall.findings.states import State as Stands

    take(finding(), OTHER, finding(component="aws-iam-user/arn:aws:iam::1:user/ada"))
    take(finding(), OTHER, day=1)

    def uids(**asked: object) -> set[str]:
        return all_of(one.finding for one in service.standings(service.Wanted(**asked)))  # type: ignore[arg-type]

    here: tuple[Finding, ...] = (finding(), OTHER)
    assert uids() == all_of(here)
    assert uids(states=frozenset(Stands)) > all_of(here)
    assert uids(states=frozenset({Stands.FIXED})).isdisjoint(all_of(here))
    assert uids(least=Severity.HIGH) == {finding().uid}
    assert uids(weakness="aws-s3-bucket") == all_of(here)
    assert uids(weakness="aws-s3-bucket-version") == set()
    assert uids(component="aws-s3-bucket") == all_of(here)
    assert uids(text="VERSIONS") == {OTHER.uid}
    assert uids(source="prowler") == set()
    assert uids(overdue_at=at(31)) == {finding().uid}
