"""Who decides about a finding decides about what they have seen; and the queue in pages."""

from dataclasses import replace

from tests.findings.scene import ACCOUNT, at, finding, state, take

from ringwall.core.findings import Severity
from ringwall.findings.states import Move, Outdated


def test_a_step_of_a_finding_that_changed_meanwhile_is_not_taken(database: str) -> None:
    from ringwall.findings import service

    one = finding()
    take(one)
    seen = service.find(one.uid).version
    assert not isinstance(service.assign(one.uid, "ada", version=seen, now=at(1)), Outdated)
    late = service.move(one.uid, Move.START, version=seen, now=at(1))
    assert isinstance(late, Outdated)
    assert isinstance(service.assign(one.uid, "bo", version=seen, now=at(1)), Outdated)
    assert state(one) == "open"
    assert service.find(one.uid).owner == "ada"
    anew = service.find(one.uid).version
    assert not isinstance(service.move(one.uid, Move.START, version=anew, now=at(1)), Outdated)


def test_pages_of_the_queue_are_all_of_it_whatever_the_ranks(database: str) -> None:
    from ringwall.findings import service

    severities = list(Severity)
    some = [finding(component=f"k/{n}", severity=severities[n % 3]) for n in range(11)]
    take(*some)
    wanted, seen = service.Wanted(), []
    while page := list(service.standings(wanted, limit=3)):
        seen += [one.uid for one in page]
        wanted = replace(wanted, after=(page[-1].score, page[-1].uid))
    assert seen == [one.uid for one in service.standings(service.Wanted())]
    assert len(seen) == 11


def test_what_a_run_brought_and_mended_is_counted(database: str) -> None:
    from ringwall.findings import service

    some = [finding(component=f"k/{n}") for n in range(3)]
    take(*some)
    take(some[0], finding(component="k/new"), day=1)
    assert service.since("ringwall", ACCOUNT, at(1)) == (1, 2)
    assert service.since("ringwall", ACCOUNT, at(0)) == (4, 2)
    assert service.since("ringwall", "another", at(0)) == (0, 0)
