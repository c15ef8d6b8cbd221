"""What raises the alarm, by a whole watch over a record and readings of its own."""

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.sources.databases import countries

from ringwall.gateway.posture import Order, Posture, read_stance, set_posture
from ringwall.gateway.sentry.alarming import ELSEWHERE, Alarming, Refusals, host_of
from ringwall.gateway.sentry.counters import Totals, rates
from ringwall.gateway.sentry.keeping import Keeping
from ringwall.gateway.sentry.looking import Reading
from ringwall.gateway.sentry.networks import network_of
from ringwall.gateway.sentry.orders import RUNTIME, Class
from ringwall.gateway.sentry.recognising import Attack, Kind, State
from ringwall.gateway.sentry.settings import Settings
from ringwall.gateway.sentry.signals import Second
from ringwall.gateway.sentry.spread import Spread
from ringwall.gateway.sentry.telling import Telling
from ringwall.gateway.sentry.watch import Watch
from ringwall.gateway.staging import moment

START = 1_800_000_000.0


class Scene:
    """A watch that is told what comes each second."""

    def __init__(self, folder: Path) -> None:
        self.state, self.now, self._totals = folder / "state", START, Totals()
        self._log = folder / "strangers.log"
        self._log.touch()
        hosts = folder / "told.json"
        hosts.write_text(
            json.dumps({"hosts": ["id.example", "app.example", "*.wild.example"], "spared": []})
        )
        settings = Settings(
            admin="",
            xds=str(folder / "xds"),
            folder=str(folder / "run"),
            attacks=str(folder / "attacks"),
            strangers=str(self._log),
            known=str(folder / "access.log"),
            ports=(),
            pool=1000,
            configured=str(hosts),
            sign_in="id.example",
            sign_in_paths=("/recover",),
            denied=str(folder / "denied.json"),
            refused_per_address=20,
            resets_per_address=200,
            state=str(self.state),
            countries=str(folder / "country.mmdb"),
            raise_alarm=True,
            busy=0.5,
            shed=tuple(Class),
        )
        keeping = Keeping(folder / "run", folder / "attacks")
        self.watch = Watch(settings, keeping, Telling(folder / "xds"), now=START)
        self.watch.turn(Reading(0.0, self._totals, {"worker": 0}), START)

    def second(
        self,
        addresses: Sequence[str],
        path: str = "/recover",
        *,
        host: str = "id.example",
        times: int = 0,
    ) -> None:
        """Each of these addresses has a line of a refused try; ``times`` are counted."""
        with self._log.open("a") as file:
            for one in addresses:
                line = {
                    "client": one,
                    "status": 429,
                    "details": "local_rate_limited",
                    "path": path,
                    "host": host,
                }
                file.write(json.dumps(line) + "\n")
        self.now += 1
        count = len(addresses) * times
        self._totals = replace(
            self._totals,
            requests=self._totals.requests + count,
            limited=self._totals.limited + count,
        )
        at = self.now - START
        self.watch.turn(Reading(at, self._totals, {"worker": int(at * 1e9)}), self.now)

    @property
    def picture(self) -> dict[str, Any]:
        """What ``ringwall attack`` shows."""
        return self.watch.picture(self.now, edge=True)

    def resets(self, addresses: Sequence[str]) -> None:
        """Each of these addresses resets a stream."""
        line = {"status": 0, "flags": "DR", "details": "http2.remote_reset", "protocol": "HTTP/2"}
        with self._log.open("a") as file:
            file.writelines(json.dumps({**line, "client": one}) + "\n" for one in addresses)
        self.now += 1
        count = len(addresses)
        self._totals = replace(
            self._totals,
            requests=self._totals.requests + count,
            resets=self._totals.resets + count,
        )
        at = self.now - START
        self.watch.turn(Reading(at, self._totals, {"worker": int(at * 1e9)}), self.now)

    @property
    def denied(self) -> dict[str, str]:
        """Who is denied, and why."""
        return {one["network"]: one["reason"] for one in self.picture["denied"]}

    @property
    def kinds(self) -> set[str]:
        """The attacks that go on."""
        found = self.watch.picture(self.now, edge=True)["attacks"]
        return {one["kind"] for one in found}

    def sheds(self) -> bool:
        """Whether the edge is told to shed anything."""
        return bool(self.watch.picture(self.now, edge=True)["shed"])

    def posture(self) -> Posture:
        """How the edge stands."""
        return read_stance(self.state).posture


def test_one_address_never_raises_the_alarm_at_sign_in(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for _ in range(10):
        scene.second(["203.0.113.7"] * 4)
        assert scene.posture() is Posture.PEACE
    assert scene.kinds == {"sign-in"}


def test_many_networks_raise_it_and_one_that_stays_does_not_keep_it_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for _ in range(5):
        scene.second([f"203.0.{n}.7" for n in range(6)])
    assert scene.posture() is Posture.ALARM
    for _ in range(62):
        scene.second(["203.0.113.7"] * 4)
    assert scene.kinds == {"sign-in"}
    assert scene.posture() is Posture.PEACE


@given(st.lists(st.tuples(st.integers(0, 2**80 - 1), st.floats(0, 1e6)), max_size=30))
def test_addresses_of_one_home_line_are_one_source(tries: list[tuple[int, float]]) -> None:
    spread = Spread()
    for second, (address, weight) in enumerate(tries):
        network = network_of((0x20010DB8 << 96 | address).to_bytes(16), wide=True)
        assert network is not None
        spread.saw({network: weight}, 1.0, START + second)
        assert not spread.is_wide(START + second)


def test_much_from_more_than_one_is_wide_for_a_minute_by_any_clock() -> None:
    spread = Spread()
    one, other = network_of("203.0.113.7", wide=True), network_of("198.51.100.1", wide=True)
    assert one is not None
    assert other is not None
    spread.saw({one: 900.0, other: 49.0}, 1.0, START)
    assert not spread.is_wide(START)
    spread.saw({one: 900.0, other: 51.0}, 1.0, START)
    assert spread.is_wide(START + 59)
    assert not spread.is_wide(START + 61)
    assert not spread.is_wide(START - 86_400)


def test_one_address_never_raises_it_by_requests(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for _ in range(10):
        scene.second(["203.0.113.7"] * 60, "/x", host="app.example", times=10)
    assert "requests" in scene.kinds
    assert scene.posture() is Posture.PEACE
    assert "203.0.113.7" in {one["network"] for one in scene.picture["denied"]}


def test_an_attack_is_kept_with_the_countries_that_it_came_from(tmp_path: Path) -> None:
    countries(tmp_path / "country.mmdb", {"203.0.113.0/24": "XA", "198.51.100.0/24": "XB"})
    scene = Scene(tmp_path)
    for _ in range(5):
        scene.second(["203.0.113.7", "203.0.113.8", "198.51.100.1"] * 20, "/x", times=10)
    (attack,) = (one for one in scene.picture["attacks"] if one["kind"] == "requests")
    found = [one["name"] for one in attack["sources"] if one["what"] == "country"]
    assert found == ["XA", "XB"]
    (kept,) = (tmp_path / "attacks").glob("requests-*.json")
    assert {"name": "country", "type_id": 99, "type": "Country", "value": "XA"} in json.loads(
        kept.read_text()
    )["observables"]


def test_many_raise_it_at_the_hosts_that_they_ask_and_one_that_stays_does_not_keep_it_up(
    tmp_path: Path,
) -> None:
    scene, many = Scene(tmp_path), [f"203.0.{n % 20}.7" for n in range(60)]
    for _ in range(5):
        scene.second(many, "/x", host="app.example:443", times=10)
    assert scene.posture() is Posture.ALARM
    assert read_stance(scene.state).hosts == frozenset({"app.example"})
    for _ in range(3):
        scene.second([*many, "198.51.100.1"], "/x", host="a.wild.example", times=10)
    assert read_stance(scene.state).hosts == frozenset({"app.example", "*.wild.example"})
    for _ in range(58):
        scene.second(["203.0.113.7"] * 60, "/x", host="a.wild.example", times=10)
    assert scene.posture() is Posture.ALARM
    assert read_stance(scene.state).hosts == frozenset({"*.wild.example"})
    for _ in range(4):
        scene.second(["203.0.113.7"] * 60, "/x", host="a.wild.example", times=10)
    assert "requests" in scene.kinds
    assert scene.posture() is Posture.PEACE


def test_the_next_sentry_goes_on_at_the_same_hosts(tmp_path: Path) -> None:
    scene, many = Scene(tmp_path), [f"203.0.{n % 20}.7" for n in range(60)]
    for _ in range(5):
        scene.second(many, "/x", host="app.example", times=10)
    scene.watch.leave()
    after = Scene(tmp_path)
    after.now = scene.now
    for _ in range(3):
        after.second([])
        assert read_stance(after.state).hosts == frozenset({"app.example"})


SECONDS = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 90)), max_size=120
)


@given(SECONDS)
def test_without_the_one_that_is_refused_most_what_is_left_has_to_be_an_attack(
    seconds: list[tuple[int, int, int]],
) -> None:
    """Of one source, whatever it does; the others stay below the floor, refused or not."""
    one, other = network_of("203.0.113.7", wide=True), network_of("198.51.100.1", wide=True)
    assert one is not None
    assert other is not None
    alarming = Alarming(State(), is_raised=False)
    for at, (refused, let_in, others) in enumerate(seconds):
        refusals = Refusals()
        refusals.add("app.example", one, float(max(refused, others)), sign_in=False)
        refusals.add("app.example", other, float(others), sign_in=False)
        alarming.saw(_second(max(refused, others), min(let_in, 9), others), refusals, START + at)
        assert alarming.of([_ATTACK], START + at) is None


def test_two_sources_that_are_refused_much_raise_it() -> None:
    alarming = Alarming(State(), is_raised=False)
    one, other = network_of("203.0.113.7", wide=True), network_of("198.51.100.1", wide=True)
    assert one is not None
    assert other is not None
    for at in range(3):
        refusals = Refusals()
        refusals.add("app.example", one, 400.0, sign_in=False)
        refusals.add("other.example", one, 400.0, sign_in=False)
        refusals.add("app.example", other, 150.0, sign_in=False)
        alarming.saw(_second(800, 10, 150), refusals, START + at)
    assert alarming.of([_ATTACK], START + 3) is _ATTACK
    assert alarming.hosts([_ATTACK], START + 3) == frozenset({"app.example"})
    later = replace(_ATTACK, began=START + 900)
    assert alarming.hosts([later], START + 900) is None  # nothing is known of where that is


def _second(one: float, let_in: float, others: float) -> Second:
    totals = Totals(requests=int(one + let_in + others), limited=int(one + others))
    return Second(rates=rates(Totals(), totals, 1.0), seconds=1.0, busy=0.0, pool=1000)


_ATTACK = Attack(
    id="requests-1",
    kind=Kind.REQUESTS,
    began=START,
    above=100.0,
    peak=900.0,
    peaked=START,
    count=900.0,
    seen=START,
)


@pytest.mark.parametrize(
    ("authority", "host"),
    [
        ("app.example", "app.example"),
        ("APP.example:8443", "app.example"),
        ("a.wild.example", "*.wild.example"),
        ("b.a.wild.example", ELSEWHERE),
        ("[2001:db8::1]:443", ELSEWHERE),
        ("", ELSEWHERE),
        ("unknown host", ELSEWHERE),
    ],
)
def test_which_host_was_asked(authority: str, host: str) -> None:
    assert host_of(authority, ("app.example", "*.wild.example")) == host


def test_whoever_resets_streams_without_end_is_denied_in_an_attack_by_resets(
    tmp_path: Path,
) -> None:
    scene = Scene(tmp_path)
    browser, attacker = "198.51.100.1", "203.0.113.7"

    def second(resets: int) -> None:
        scene.resets([attacker] * resets + [browser] * (resets // 4))
        assert browser not in scene.denied

    for _ in range(4):  # below the floor of an attack, whoever it is
        second(40)
    assert scene.kinds == set()
    for _ in range(6):
        second(300)
    assert scene.kinds == {"frames"}
    assert scene.denied == {attacker: "resets 300 streams a second, 200 are borne"}


def test_a_browser_that_leaves_a_large_page_is_not_denied(tmp_path: Path) -> None:
    """In the middle of an attack by others."""
    scene = Scene(tmp_path)
    for second in range(9):
        scene.resets(["203.0.113.7"] * 300 + ["198.51.100.1"] * (250 if second == 5 else 0))
    assert scene.denied.keys() == {"203.0.113.7"}


def test_whoever_renames_files_does_not_hold_the_sentry_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)

    def attacked() -> None:
        for _ in range(5):
            scene.second([f"203.0.{n}.7" for n in range(6)])

    with moment(scene.state):
        attack = threading.Thread(target=attacked, daemon=True)
        attack.start()
        attack.join(10)
        is_done = not attack.is_alive()
    assert is_done
    assert scene.kinds == {"sign-in"}
    assert scene.posture() is Posture.PEACE
    scene.second([])
    assert scene.posture() is Posture.ALARM


def test_nothing_is_shed_by_what_was_seen_long_ago(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    set_posture(scene.state, order=Order.ON)
    for _ in range(20):
        scene.second([])
    assert scene.sheds()
    scene.watch.turn(None, scene.now + 2)
    assert scene.sheds()
    scene.watch.turn(None, scene.now + 3)
    assert not scene.sheds()
    (resource,) = json.loads((tmp_path / "xds" / RUNTIME).read_bytes())["resources"]
    assert [resource["layer"][one.key] for one in Class] == [0] * len(Class)


def test_lines_that_are_long_weigh_no_more(tmp_path: Path) -> None:
    """Of a flood only the end is read; what was passed over is reckoned by lines as long."""
    scene, count = Scene(tmp_path), 3000
    for _ in range(3):
        scene.second(["203.0.113.7"] * count, path="/recover" + "x" * 2000)
    (attack,) = scene.watch.picture(scene.now, edge=True)["attacks"]
    assert 0.9 * count <= attack["level"] <= 1.1 * count
