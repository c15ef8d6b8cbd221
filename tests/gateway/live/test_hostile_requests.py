"""Ambiguous and malformed HTTP/1.1: refused, or harmless."""

from dataclasses import dataclass

import pytest
from tests.gateway.live import hostile_framing, hostile_names
from tests.gateway.live.bystander import Bystander
from tests.gateway.live.hostile import HostileStage, Outcome, Probe, judge
from tests.gateway.live.hostile_crafting import SECOND, TE, get, post

from ringwall.gateway.envoy.access_log import LONGEST_HOST, LONGEST_PATH

pytestmark = pytest.mark.e2e

REFUSED = {**hostile_framing.REFUSED, **hostile_names.REFUSED}
HARMLESS = {**hostile_framing.HARMLESS, **hostile_names.HARMLESS}


@dataclass(frozen=True, slots=True)
class Barrage:
    """All probes, sent at once while somebody else uses the edge."""

    outcomes: dict[str, Outcome]
    bystander: Bystander


@pytest.fixture(scope="module")
def barrage(hostile: HostileStage) -> Barrage:
    probes = [Probe(name, data) for name, data in {**REFUSED, **HARMLESS}.items()]
    with Bystander(hostile.stage) as bystander:
        outcomes = hostile.send_all(probes)
    return Barrage(outcomes, bystander)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(barrage: Barrage, name: str) -> None:
    outcome = barrage.outcomes[name]
    judge(outcome)
    assert not [one for one in outcome.seen if one.complete]
    assert outcome.exchange.answers or outcome.exchange.closed, "neither answered nor cut off"
    assert all(status >= 400 for status in outcome.exchange.statuses)
    if any(answer.values("connection") == ["close"] for answer in outcome.exchange.answers):
        assert outcome.exchange.closed, "said that it would close and did not"


@pytest.mark.parametrize("name", hostile_framing.REFUSED)
def test_after_broken_framing_nothing_more_is_read(barrage: Barrage, name: str) -> None:
    assert barrage.outcomes[name].exchange.closed


@pytest.mark.parametrize("name", HARMLESS)
def test_it_is_harmless(barrage: Barrage, name: str) -> None:
    outcome = barrage.outcomes[name]
    judge(outcome)
    assert outcome.exchange.statuses == (200,)
    (seen,) = outcome.seen
    assert seen.complete
    if name in hostile_framing.HARMLESS:
        assert seen.body == b"abc" or b"-smuggled" in seen.body


def test_nobody_else_noticed(barrage: Barrage) -> None:
    barrage.bystander.check()


def test_all_that_reached_the_service_is_framed_well(
    hostile: HostileStage, barrage: Barrage
) -> None:
    assert hostile.recorder.broken == []
    assert not [one for one in hostile.recorder.seen if "-smuggled" in one.target]


def test_the_service_saw_what_the_edge_judged(hostile: HostileStage, barrage: Barrage) -> None:
    seen = list(hostile.recorder.seen)
    records = hostile.records(*(one.values("x-request-id")[0] for one in seen))
    for one, record in zip(seen, records, strict=True):
        judged = (record["method"], record["host"], record["path"])
        # The record tells no more than so much of a path or a host.
        assert (one.method, one.host[:LONGEST_HOST], one.path[:LONGEST_PATH]) == judged


def test_pipelined_requests_are_answered_one_by_one(hostile: HostileStage) -> None:
    data = get(b"/static/~/1") + post(TE, b"3\r\nabc\r\n0\r\n\r\n") + get(b"/items/~?2")
    outcome = hostile.send(Probe("pipeline", data, answers=3, requests=3))
    judge(outcome)
    assert outcome.exchange.statuses == (200, 200, 200)
    told = [answer.body.decode() for answer in outcome.exchange.answers]
    assert told == [one.target for one in outcome.seen]
    assert [one.method for one in outcome.seen] == ["GET", "POST", "GET"]


@pytest.mark.parametrize(
    "first",
    [
        post(b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        post(TE, b"0\n\n"),
        get(b"/static/..%2f~"),
        get(headers=b"X_A: b\r\n"),
        get(host=b""),
        b"GET /static/~ HTTP/1.0\r\nHost: app.localhost\r\n\r\n",
        b"FROB /static/~ HTTP/1.1\r\nHost: app.localhost\r\n\r\n",
    ],
)
def test_nothing_is_read_behind_a_request_that_broke_the_protocol(
    hostile: HostileStage, first: bytes
) -> None:
    outcome = hostile.send(Probe("behind", first + SECOND, requests=1))
    judge(outcome)
    assert not [one for one in outcome.seen if one.complete]
    assert outcome.exchange.closed


@pytest.mark.parametrize("status_line", [b"HEAD", b"GET"])
def test_a_body_that_looks_like_an_answer_is_not_taken_for_one(
    hostile: HostileStage, status_line: bytes
) -> None:
    head = status_line == b"HEAD"
    data = get(b"/static/~/1").replace(b"GET", status_line, 1) + get(b"/static/~/2").replace(
        b"GET", status_line, 1
    )
    outcome = hostile.send(Probe("answers", data, answers=2, requests=2, head=head))
    judge(outcome)
    assert outcome.exchange.statuses == (200, 200)
    assert len(outcome.seen) == 2
