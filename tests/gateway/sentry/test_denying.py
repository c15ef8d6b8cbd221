"""Whom the sentry denies: with an end and a reason, never who is spared."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.sentry.configured import Configured
from ringwall.gateway.sentry.denying import (
    AT_MOST,
    FIRST_S,
    LONGEST_S,
    Denials,
    Known,
    Refused,
    denied,
    too_fast,
    too_many,
    too_often,
    watched_on,
)
from ringwall.gateway.sentry.door import Door
from ringwall.gateway.sentry.networks import Exempt, Network
from ringwall.gateway.sentry.newcomers import Newcomers, listed
from ringwall.gateway.sources.denials import in_force, read
from ringwall.gateway.sources.told import FILE, Told, tell

ONE, OTHER = ip_network("203.0.113.7"), ip_network("2001:db8:0:1::/64")
START = 1_800_000_000.0


def nobody(_: Network) -> bool:
    return False


def test_a_denial_ends_and_comes_back_for_twice_as_long() -> None:
    found, at, lasted = Denials(), START, []
    for _ in range(9):
        found = denied(found, {ONE: "asks too much"}, at, is_spared=nobody)
        alive = found.alive(at)[ONE]
        lasted.append(alive.until - at)
        assert denied(found, {ONE: "other"}, at + 1, is_spared=nobody) == found
        at = alive.until
        assert found.alive(at) == {}
    assert lasted == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert lasted[-1] == LONGEST_S
    found = denied(found, {ONE: "again"}, at + 3601, is_spared=nobody)
    assert found.alive(at + 3601)[ONE].lasts == FIRST_S


@given(
    st.lists(
        st.tuples(st.sets(st.integers(1, 40), max_size=40), st.floats(0, 4000)),
        max_size=20,
    ),
    st.sets(st.integers(1, 40), max_size=20),
)
def test_who_is_spared_is_never_denied_and_all_denials_end(
    turns: list[tuple[set[int], float]], spared: set[int]
) -> None:
    found, now = Denials(), START
    for wanted, passed in turns:
        now += passed
        reasons = {ip_network(one): "x" for one in sorted(wanted)}
        found = denied(
            found, reasons, now, is_spared=lambda one: int(one.network_address) in spared
        )
        for network, one in found.alive(now).items():
            assert int(network.network_address) not in spared
            assert now < one.until <= now + LONGEST_S
        assert all(n in found.alive(now) for n in reasons if int(n.network_address) not in spared)


def test_no_more_are_denied_than_the_door_takes() -> None:
    many = {ip_network(0x0A000000 + n): "x" for n in range(3 * AT_MOST)}
    found = denied(Denials(), many, START, is_spared=nobody)
    assert len(found.alive(START)) == AT_MOST
    assert next(iter(many)) in found.alive(START)


def test_a_flood_of_addresses_is_not_remembered_whole() -> None:
    found, now = Denials(), START
    for minute in range(20):
        these = {ip_network((10 << 24) + AT_MOST * minute + n): "x" for n in range(AT_MOST)}
        found = denied(found, these, now, is_spared=nobody)
        now += FIRST_S
    assert len(found.found) <= 5 * AT_MOST
    assert these.keys() <= found.found.keys()
    again = denied(found, these, now, is_spared=nobody)
    assert {one.lasts for one in again.alive(now).values()} == {2 * FIRST_S}


def test_the_worst_come_first_and_the_reason_says_why() -> None:
    found = list(too_many({ONE: 30, OTHER: 40}, 20))
    assert found == [
        (OTHER, "holds 40 connections open, 20 are allowed"),
        (ONE, "holds 30 connections open, 20 are allowed"),
    ]
    assert list(too_many({ONE: 20}, 20)) == []
    assert list(too_many({ONE: 20_000}, None)) == []
    refused = {ONE: Refused(30, 30.0, 1.0), OTHER: Refused(2, 200.0, 1.0)}
    assert list(too_often(refused, 20)) == [
        (ONE, "goes on at 30 refused requests a second, 20 are borne")
    ]
    assert list(too_often({ONE: Refused(30, 30.0, 2.0)}, 20)) == []
    assert list(too_often(refused, None)) == []
    assert list(too_fast(refused, 1.0, 20)) == [
        (ONE, "begins 30 connections a second, 20 are allowed")
    ]


def test_connections_are_listed_only_while_there_are_many(tmp_path: Path) -> None:
    assert [listed(one) for one in (0, 29, 30, 400, 800, 1e6)] == [0, 0, 100, 100, 50, 1]
    path = tmp_path / "connections.log"
    path.touch()
    newcomers, found = Newcomers(path), dict[Network, Refused]()
    path.write_text("203.0.113.7 12\n203.0.113.7 90000\nnobody 1\n203.0.113.7 -\n")
    newcomers.read(found)
    assert found == {}
    newcomers.share = 50
    with path.open("a") as file:
        file.write("203.0.113.7 12\n203.0.113.7 90000\nnobody 1\n203.0.113.7 -\n")
    newcomers.read(found)
    assert found == {ONE: Refused(1, 2.0)}
    with path.open("a") as file:
        file.write("203.0.113.7 3\n" * 100_000)
    newcomers.read(found)
    assert path.stat().st_size == 0
    assert found[ONE].weight > 100_000


def test_a_place_is_known_for_as_long_as_it_is_said_to_be() -> None:
    known = Known(lasts=10, most=3)
    known.saw((ONE,), 100.0)
    assert known.is_known(ONE, 110.0)
    assert not known.is_known(ONE, 110.5)
    assert not known.is_known(OTHER, 100.0)
    known.saw(tuple(ip_network(n) for n in range(3)), 200.0)
    assert not known.is_known(ONE, 100.0)


def test_the_file_says_it_as_the_door_reads_it_and_the_next_sentry_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "denied.json"
    exempt, known, configured = Exempt(["198.51.100.0/24"]), Known(), Configured(tmp_path / FILE)
    tell(tmp_path, Told(spared=(ip_network("192.0.2.200"),)))
    known.saw((OTHER,), START)
    door = Door(path, exempt=exempt, configured=configured, known=known)
    spared = dict.fromkeys(map(ip_network, ("198.51.100.9", "192.0.2.200")), "x")
    wanted = {ONE: "asks too much", OTHER: "x", **spared}
    door.decide(wanted, START)
    (network,) = told = read(path)
    assert network == ONE
    assert told[network].reason == "asks too much"
    assert told[network].until is not None
    again = Door(path, exempt=exempt, configured=configured, known=known)
    assert set(again.alive) == {ONE}
    again.decide({}, START + 61)
    assert read(path) == {}
    path.write_text(json.dumps({"nowhere": 5}))
    assert Door(path, exempt=exempt, configured=configured, known=known).alive == {}


@given(st.floats(-1e6, 1e6), st.integers(1, 8))
def test_no_denial_lasts_longer_for_a_clock_that_steps(step: float, times: int) -> None:
    found, now = Denials(), START
    for _ in range(times):
        found = denied(found, {ONE: "x"}, now, is_spared=nobody)
        now = found.alive(now)[ONE].until
    now += step - 1
    for one in found.alive(now).values():
        assert one.until - now <= LONGEST_S + 1
    anew = denied(found, {ONE: "again"}, now, is_spared=nobody).alive(now)
    assert now < anew[ONE].until <= now + LONGEST_S + 1


def test_a_day_back_a_denial_is_over_at_the_door_as_well(tmp_path: Path) -> None:
    path = tmp_path / "denied.json"
    door = Door(path, exempt=Exempt([]), configured=Configured(tmp_path / FILE), known=Known())
    door.decide({ONE: "asks too much"}, START)
    quick, now = read(path), datetime.fromtimestamp(START, UTC)
    assert in_force({}, quick, spared=(), now=now).networks == (ONE,)
    assert in_force({}, quick, spared=(), now=now - timedelta(days=1)).networks == ()
    assert in_force({}, quick, spared=(), now=now - timedelta(days=1)).next_end is None
    assert in_force(quick, {}, spared=(), now=now - timedelta(days=1)).networks == (ONE,)
    door.decide({}, START - 86_400)
    assert read(path) == {}


def test_an_end_without_a_zone_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "denied.json"
    path.write_text(json.dumps({str(ONE): {"until": "2027-01-15T08:00:00", "reason": "x"}}))
    with pytest.raises(ValueError, match="zone"):
        read(path)


def test_few_lines_are_no_proof_however_much_they_stand_for() -> None:
    honest, flood = {ONE: Refused()}, {ONE: Refused()}
    for second in range(1, 11):
        for tally, lines in ((honest, 1), (flood, 2)):
            for _ in range(lines):
                tally[ONE].add(100.0)
            tally[ONE].seconds += 1.0
        assert list(too_often(honest, 20)) == []
        assert bool(list(too_often(flood, 20))) == (second == 10)
        assert bool(watched_on(honest)) == (second < 10)


def test_whoever_is_known_is_spared_only_within_reason(tmp_path: Path) -> None:
    known = Known()
    known.saw((ONE, OTHER), START)
    door = Door(
        tmp_path / "denied.json",
        exempt=Exempt([str(OTHER)]),
        configured=Configured(tmp_path / FILE),
        known=known,
    )
    wanted = {ONE: "x", OTHER: "x"}
    door.decide(wanted, START)
    assert not door.alive
    door.decide(wanted, START, far_over={ONE, OTHER})
    assert set(door.alive) == {ONE}
    door.decide({}, START + 59)
    assert set(door.alive) == {ONE}
    door.decide(wanted, START + 61)
    assert not door.alive
