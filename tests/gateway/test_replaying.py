"""Past requests judged again: the same policies change nothing, others what Cedar says they do."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.made_records import API, NOW, Made, Scene, encoded, shop
from tests.lake.logs import LogScene, append

from ringwall.access.asking.askers import Asking
from ringwall.access.compiler.facts import Text
from ringwall.access.model import Kind
from ringwall.core.principals import Principal, PrincipalKind
from ringwall.gateway.answers import Answers
from ringwall.gateway.destinations import NowhereError, by_url
from ringwall.gateway.finding import Finder
from ringwall.gateway.looking_back import era
from ringwall.gateway.past import Reading, past_requests, request_of
from ringwall.gateway.record_lines import PastRequest, read_line
from ringwall.gateway.recorded import NO_TABLES, Asked, Tables, asked_by
from ringwall.gateway.rejudging import Rejudging, Verdict, judged
from ringwall.gateway.replaying import TOO_LONG, Era, Eras, Replay, Replayed
from ringwall.gateway.wanted import Wanted
from ringwall.lake.erasing import erase
from ringwall.lake.places import Places
from ringwall.runtime.configuration import load_sources
from ringwall.runtime.current import all_sections

NOW_MICROS = NOW * 1_000_000
STRICTER = (b"principal.proven_ago <= 3600", b"principal.proven_ago <= 600")
NO_REFUNDS = (b'Role::"billing-manager"', b'Role::"support"')
SAME = (b"principal.proven_ago <= 3600", b"!(principal.proven_ago > 3600)")
WIDER = (b'Role::"customer", action in Action::"read"', b'Role::"support", action')


@pytest.fixture(scope="module")
def before() -> Wanted:
    return shop()


@lru_cache
def era_of(*change: tuple[bytes, bytes]) -> Era:
    return era(shop(*change))


@lru_cache
def answers_of(*change: tuple[bytes, bytes]) -> Answers:
    return Answers(shop(*change))


def scene(seed: int = 0) -> Scene:
    return Scene(answers_of(), seed)


def rows(made: Iterable[Made], **more: Any) -> list[PastRequest]:
    found = [read_line(json.dumps({**one.line, **more}).encode()) for one in made]
    assert None not in found
    return [one for one in found if one is not None]


def replayed(
    change: tuple[bytes, bytes] | None, past: Iterable[PastRequest], tables: Tables = NO_TABLES
) -> Replayed:
    """What comes of a change; nothing is lost on the way."""
    then = era_of()
    new = then.judge if change is None else era_of(change).judge
    replay = Replay(Eras([0.0], lambda _: then), new, tables)
    for row in past:
        replay.judge(row)
    told = replay.found
    changed = sum(one.count for one in told.changes.values())
    assert told.rows == told.same + changed + told.unasked.total() + told.unjudged.total()
    return told


@given(seed=st.integers(0, 2**32))
@settings(max_examples=12)
def test_the_same_policies_change_nothing(seed: int) -> None:
    made = list(scene(seed).requests(60))
    found = replayed(None, rows(made))
    assert not found.changes
    assert not found.unjudged, found.unjudged
    assert not found.unsure
    assert found.same == sum(not one.answer.kept_out for one in made)
    # The same, judged by a configuration of its own.
    assert not replayed(SAME, rows(made)).changes


@given(seed=st.integers(0, 2**32), change=st.sampled_from([STRICTER, NO_REFUNDS, WIDER]))
@settings(max_examples=12)
def test_others_change_what_cedar_says(seed: int, change: tuple[bytes, bytes]) -> None:
    made = [one for one in scene(seed).requests(60) if not one.answer.kept_out]
    found = replayed(change, rows(made))
    assert not found.unjudged
    answers = answers_of(change)
    now = [
        answers.answer(one.asking, by_url(answers.wanted, one.method, one.url)).allowed
        for one in made
    ]
    then = [one.answer.allowed for one in made]
    assert found.count(granted=True) == sum(b and not a for a, b in zip(then, now, strict=True))
    assert found.count(granted=False) == sum(a and not b for a, b in zip(then, now, strict=True))


@given(seed=st.integers(0, 2**32), change=st.sampled_from([STRICTER, NO_REFUNDS, WIDER]))
@settings(max_examples=12)
def test_what_was_judged_before_is_judged_the_same_alone(
    seed: int, change: tuple[bytes, bytes]
) -> None:
    judge = Rejudging(shop(change))  # with nothing judged yet
    for row in rows(scene(seed).requests(80)):
        to = judge.find(row.method, row.host, row.path)
        assert to is not None
        for one in (row, row._replace(proven=None), row._replace(has_facts=False)):
            asked = asked_by(one, to, NO_TABLES)
            rules = judge.rules(to, asked)
            alone = judged(rules, asked.request, asked.unknown & rules.reads)
            assert judge.judge(to, asked) == alone


PATHS = st.lists(
    st.sampled_from(["v1", "north", "orders", "7", "events", "refund", "%41b", "%c3%a9", ".", ""]),
    max_size=6,
).map(lambda parts: "/" + "/".join(parts))


@given(
    path=PATHS,
    host=st.sampled_from([API, "north.shop.localhost", "SHOP.localhost", "a.b.shop.localhost", ""]),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT"]),
)
def test_a_request_goes_where_the_edge_sends_it(
    before: Wanted, path: str, host: str, method: str
) -> None:
    found = Finder(before).find(method, host, path)
    try:
        expected = by_url(before, method, f"https://{host}{path}")
    except NowhereError:
        assert found is None
    else:
        assert found == expected


def person(*roles: str, ago: int = 0, id_: str = "ada", **more: Any) -> Asking:
    made = Principal(kind=PrincipalKind.USER, id=id_, name=id_, tenant="shop", roles=roles, **more)
    return Asking(principal=made, strength="mfa", proven_ago=ago, now=NOW)


def test_it_is_told_whom_a_change_denies_and_by_what() -> None:
    asked = scene()
    made = [
        asked.request(person("support", ago=ago, id_=name), "GET", f"https://{API}/v1/north/orders")
        for name, ago in (("ada", 60), ("ada", 700), ("bob", 3000), ("bob", 3600), ("bob", 5))
    ]
    found = replayed(STRICTER, rows(made))
    ((kind, changed),) = found.changes.items()
    assert (kind.route, kind.action, kind.granted) == ("orders", "GET", False)
    assert (kind.by, kind.before) == (("proof",), ("support-reads-after-a-second-factor",))
    assert {who[0]: count for who, count in changed.who.items()} == {"ada": 1, "bob": 2}
    assert [one.id for one in changed.examples] == ["r2", "r3", "r4"]
    assert found.same == 2


def test_what_is_not_known_of_a_request_is_no_pass() -> None:
    asked = scene()
    made = [asked.request(person("support", ago=9), "GET", f"https://{API}/v1/north/orders")]
    (row,) = rows(made)
    unknown = row._replace(proven=None)
    found = replayed(STRICTER, [unknown])
    assert found.unjudged == {"it hangs on when the person was proven, which is not known of it": 1}
    # What the tables say counts as long as nothing was proven since.
    at = int(row.at)
    for last, same in ((at - 9, 1), (at, 1), (at + 1, 0)):
        tables = Tables(lambda *_: None, lambda _, last=last: last)  # type: ignore[misc]
        assert replayed(STRICTER, [unknown], tables).same == same
    # Where it does not matter it need not be known.
    told = replayed((b"&& principal.proven_ago <= 3600", b""), [unknown])
    assert (told.same, told.unsure) == (1, 1)


def test_older_lines_are_judged_with_the_roles_of_the_tables() -> None:
    asked = scene()
    asking = person("support", ago=9)
    (row,) = rows([asked.request(asking, "GET", f"https://{API}/v1/north/orders")])
    older = row._replace(has_facts=False, roles=None, scopes=None, strength=None, proven=None)
    new = (b'["mfa", "phr"].contains(principal.strength) && principal.proven_ago <= 3600', b"true")
    known = Tables(lambda *_: asking.principal, lambda _: None)
    found = replayed(new, [older], known)
    assert (found.same, found.by_tables, found.unsure) == (1, 1, 1)
    assert replayed(new, [older]).unjudged.total() == 1
    # The roles of today are not those of then: then that row is left out.
    nobody = Tables(lambda *_: replace(asking.principal, roles=()), lambda _: None)
    told = replayed(new, [older], nobody)
    assert told.unjudged == {"judged by the policies of then, the record says otherwise": 1}


def test_a_line_that_says_otherwise_is_not_judged() -> None:
    asked = scene()
    (row,) = rows([asked.request(person("support"), "GET", f"https://{API}/v1/north/orders")])
    for wrong in (
        row._replace(policy="access:customers-read"),
        row._replace(roles=None),
        row._replace(route="order"),
        row._replace(details="rbac_access_denied_matched_policy[access:tenants-stay-apart]"),
        row._replace(path="/v1/north/orders/"),
    ):
        found = replayed(None, [wrong])
        assert (found.same, found.unjudged.total()) == (0, 1), wrong


def test_no_other_policies_stand_in_for_those_that_are_gone() -> None:
    stricter, now = era_of(STRICTER), era_of()
    eras = Eras([100.0, 200.0, 300.0], [now, None, stricter].__getitem__)
    assert eras.at(150.0, now.policies) is now.judge
    assert eras.at(299.0, stricter.policies) is stricter.judge, "a moment too early"
    assert eras.at(350.0, now.policies) is now.judge, "it was in force before"
    assert eras.at(250.0, "abc") is None
    assert Eras([], lambda _: None).at(1.0, None) is None
    (row,) = rows([scene().request(person("support"), "GET", f"https://{API}/v1/north/orders")])
    found = replayed(None, [row._replace(policies="abc")])
    assert (found.same, found.unjudged) == (0, {"the policies of then are not kept": 1})


def called_out(change: tuple[bytes, bytes] = (b"", b"")) -> Wanted:
    """A configuration with call-outs; ``change`` is made to its policies."""
    golden = Path(__file__).with_name("envoy") / "golden"
    sources = [
        (Path("ringwall.yaml"), (golden / "callouts.yaml").read_bytes()),
        (Path("rules/callouts.cedar"), (golden / "callouts.cedar").read_bytes().replace(*change)),
    ]
    return Wanted.of(load_sources(sources, all_sections(), root=golden))


def test_where_cedar_itself_fails_nothing_is_judged() -> None:
    """Arithmetic may leave 64 bits for one request: that ends no replay of all others."""
    wanted = called_out(
        (b"context.weekday * context.weekday", b"context.weekday * 9223372036854775807")
    )
    to = by_url(wanted, "PUT", "https://api.example/7/orders/7")
    request = replace(person("customer"), strength="single").request(parameters=to.parameters)
    verdict = Rejudging(wanted).judge(to, Asked(Kind.USER, False, request))
    assert verdict == Verdict(allowed=None)


def test_what_the_edge_asks_of_cedar_is_asked_again() -> None:
    wanted = called_out()
    answers, judge = Answers(wanted), Rejudging(wanted)
    answered: set[bool] = set()
    for path in ("/north/orders/7", "/7/orders/7", "/south/orders/7", "/south/orders/a%2Cb"):
        for roles in ((), ("customer",)):
            for strength in ("single", "mfa"):
                for now in (NOW, NOW + 2 * 86_400):
                    who = replace(person(*roles), strength=strength, now=now)
                    to = by_url(wanted, "PUT", f"https://api.example{path}")
                    expected = answers.answer(who, to).allowed and "%" not in path
                    request = who.request(parameters=to.parameters)
                    asked = Asked(Kind.USER, False, request)
                    assert judge.judge(to, asked).allowed == expected
                    answered.add(expected)
                    # Where a fact is missing, even one that does not matter, Cedar is not asked.
                    unsure = replace(asked, unknown=frozenset({Text.STRENGTH}))
                    assert judge.judge(to, unsure).allowed in {None, expected}
    assert answered == {True, False}


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("where", ["spool", "journal", "table", "both"])
def test_the_record_is_read_in_spite_of_what_is_wrong_with_it(tmp_path: Path, where: str) -> None:
    """Wherever it is: the collector has not read it, or some of it, or all."""
    lines = [one.line for one in scene().requests(5)]
    places = Places(tmp_path, tmp_path / "run")
    rubbish = b'\n{}\n[]\n"x"\n{"time":"2026-11-26T09:00:00"}\n\xff\xfe\n'
    rubbish += b"x" * 300_000 + b"\n"
    odd = {**lines[0], "status": "200"}
    torn = encoded(lines[4:])[:-9]
    log = LogScene(tmp_path, now=NOW_MICROS, lies=places)
    append(places.edge[0], encoded(lines[:2]), rubbish, encoded([odd]))
    if where == "both":
        log.collect()
    append(places.edge[0], encoded(lines[2:4]), torn)
    if where in {"journal", "table"}:
        log.collect(flush=where == "table")
    reading = Reading()
    since = datetime.fromtimestamp(NOW, UTC)
    found = list(past_requests(places, since=since, reading=reading))
    assert [one.id for one in found] == ["r1", "r2", "r3", "r4"]
    assert [one.address for one in found] == [one["client"] for one in lines[:4]]
    # The log has one event of a line that is too long, which is cut in two where it is read here.
    assert (reading.rows, reading.unreadable) == (4, 9 if where == "spool" else 8)
    if where == "spool":
        begin = len(encoded(lines[:2]))
        assert reading.named[:2] == [
            f"access.jsonl at byte {begin}",
            f"access.jsonl at byte {begin + 1}",
        ]
    else:
        assert reading.named[:2] == ["event 2", "event 3"]
    later = datetime.fromtimestamp(NOW + 2, UTC)
    assert [one.id for one in past_requests(places, since=later)] == ["r3", "r4"]
    for one in found:
        assert request_of(places, one.id, since=since) == one
        assert (request_of(places, one.id, since=later) is None) == (one.at < NOW + 2)
    assert request_of(places, "r5", since=since) is None


@pytest.mark.usefixtures("place")
def test_requests_come_in_their_order_once_while_they_go_from_the_journal_into_the_table(
    tmp_path: Path,
) -> None:
    """And while people are erased, whose addresses are unknown then and nothing else is."""
    places = Places(tmp_path, tmp_path / "run")
    log = LogScene(tmp_path, now=NOW_MICROS, lies=places)
    lines = [one.line for one in scene().requests(60)]
    whose = next(one["user"] for one in lines if one["user"] is not None)
    for begin in range(0, 50, 10):
        append(places.edge[0], encoded(lines[begin : begin + 10]))
        log.collect(flush=begin < 30)
    append(places.edge[0], encoded(lines[50:]))
    reading = past_requests(places, since=datetime.fromtimestamp(NOW, UTC))
    found = [next(reading) for _ in range(5)]
    with (opened := log.collector()) as collector:
        collector.turn()
        collector.flush()
        erase(
            whose,
            events=log.events,
            log=log.places.log,
            subjects=opened.subjects,
            accept=collector.accept,
            now=log.clock(),
            by="t",
        )
    found += reading
    assert [one.id for one in found] == [f"r{number}" for number in range(1, 61)]
    again = list(past_requests(places, since=datetime.fromtimestamp(NOW, UTC)))
    assert [one.id for one in again] == [one.id for one in found]
    for one, line in zip(again, lines, strict=True):
        assert one.address == ("" if one.user == whose else line["client"])


@pytest.mark.parametrize(
    ("field", "length", "is_judged"),
    [("path", 2048, False), ("path", 2049, True), ("host", 255, False), ("host", 254, True)],
)
def test_what_was_cut_is_too_long_to_judge(field: str, length: int, is_judged: bool) -> None:
    """Nobody knows of what it is the beginning; longer lines are older, and whole."""
    made = scene().request(person("support"), "GET", f"https://{API}/v1/north/orders")
    (row,) = rows([made], **{field: "/" + "x" * (length - 1)})
    era = era_of()
    replay = Replay(Eras([0.0], lambda _: era), era.judge)
    replay.judge(row)
    assert (replay.found.unjudged[TOO_LONG] == 0) == is_judged
    assert replay.found.rows == 1
