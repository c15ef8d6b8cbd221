"""An edge in alarm: strangers are held short, whoever is known notices nothing."""

import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.gateway.live.addresses import From
from tests.gateway.live.asking import reload
from tests.gateway.live.solving import NAVIGATION, solved, with_pass
from tests.gateway.live.stage import Stage
from tests.identity import tenants
from tests.identity.authenticator import code_of
from tests.identity.edge.browsing import Browser
from tests.identity.edge.scene import APP, COOKIE, ID, SECRET, IdentityStage, identity_stage
from tests.identity.signing_in import GOOD, app_of
from tests.tls import over_tls

from ringwall.gateway import posture, xds
from ringwall.gateway.attacks import picture
from ringwall.gateway.layout import Layout
from ringwall.gateway.posture import Order, Posture
from ringwall.identity.kinds import Purpose
from ringwall.runtime.processes.paths import run_dir_for

pytestmark = pytest.mark.e2e

BURST: Final = 5
OFFICE: Final = 200
HANDSHAKES: Final = 5
"""A second, for strangers."""
ADDRESS: Final = 2 * OFFICE + 100
RUNS_IT, LISTED = "127.0.98.7", "127.0.98.8"
_AVAILABILITY: Final[dict[str, Any]] = {
    "sources": {"feeds": [{"name": "scanners", "file": "feed.txt"}]},
    "exempt": {"networks": ["127.0.0.1/32", "127.0.99.0/24"]},
    "limits": {
        "address": {"by": "address", "rate": "1/m", "burst": ADDRESS},
        "network": {"by": "network", "rate": "1/m", "burst": 10 * ADDRESS},
        "pages": {"by": "address", "rate": "1/m", "burst": ADDRESS, "purpose": "pages"},
    },
    "attacks": {"handshakes_per_address": HANDSHAKES},
    "nobody": {
        "rate": "1/d",
        "burst": BURST,
        "rate_network": "100/d",
        "burst_network": 4 * BURST,
        "rate_together": "1/s",
        "burst_together": 5000,
    },
    "challenge": {"difficulty": {"least": 10, "most": 12}},
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[IdentityStage]:
    folder = tmp_path_factory.mktemp("alarm")
    (folder / "feed.txt").write_text(f"{RUNS_IT}\n{LISTED}\n")
    with identity_stage(folder, _django, availability=_AVAILABILITY) as running:
        running.stage.config["routes"][0]["challenge"] = True
        running.stage.config["routes"].append(
            {
                "name": "plain",
                "hosts": [APP],
                "path": "/plain/**",
                "service": "recorder",
                "sign_in": "none",
                "challenge": False,
            }
        )
        running.stage.config["routes"].append(
            {
                "name": "vital",
                "hosts": [APP],
                "path": "/vital/**",
                "service": "recorder",
                "sign_in": "none",
                "priority": "vital",
            }
        )
        running.stage.write(running.stage.config)
        reload(running.stage)
        yield running


def layout_of(stage: Stage) -> Layout:
    """Where its edge keeps what."""
    return Layout(stage.folder, stage.state, run_dir_for(stage.state))


@pytest.fixture
def alarm(scene: IdentityStage) -> Iterator[IdentityStage]:
    """The same in alarm."""
    stand(scene, Order.ON)
    yield scene
    stand(scene, Order.OFF)


def stand(scene: IdentityStage, order: Order) -> None:
    """Order it and wait until the edge stands so."""
    statistics = xds.statistics_of("rds-edge.json")
    before = xds.counters(scene.admin, statistics)
    was = posture.read_stance(scene.stage.state).posture
    if posture.set_posture(scene.stage.state, order=order, reason="a test").posture is was:
        return

    def is_taken() -> bool:
        now = xds.counters(scene.admin, statistics)
        return any(now[name] > before[name] for name in now if name.endswith("config_reload"))

    scene.stage.wait(is_taken)


def cookie(scene: IdentityStage) -> str:
    """Of somebody signed in, whom no table knows: the edge believes the token."""
    token = scene.issue(Purpose.SESSION)
    ends = scene.claims(Purpose.SESSION)["exp"]
    return f"{COOKIE}={ends}.{SECRET}~{token}"


def test_strangers_are_held_short_in_alarm_alone(scene: IdentityStage) -> None:
    with From(scene.stage, "127.0.20.1", host=APP) as stranger:
        assert stranger.statuses(BURST + 3, "/public/x") == [200] * (BURST + 3)
        stand(scene, Order.ON)
        assert stranger.statuses(BURST + 3, "/public/x") == [200] * BURST + [429] * 3
        stand(scene, Order.OFF)
        assert stranger.asks("/public/x").status == 200
        stand(scene, Order.ON)  # what was poured is not forgotten meanwhile
        assert stranger.asks("/public/x").status == 429
        stand(scene, Order.OFF)


def test_exempt_networks_are_never_held(alarm: IdentityStage) -> None:
    with From(alarm.stage, "127.0.99.1", host=APP) as exempt:
        assert exempt.statuses(BURST + 5, "/public/x", headers=NAVIGATION) == [200] * (BURST + 5)


class Flood:
    """Asks without a pause for what shows nothing, each address on connections of its own.

    ``answers`` are the statuses that it got; ``denied`` is how often it was refused at the door,
    where it goes on knocking.
    """

    def __init__(self, scene: IdentityStage, *addresses: str, host: str, path: str) -> None:
        self._scene, self._host, self._path = scene, host, path
        self._over, self._lock = threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._asks, args=(one,)) for one in addresses]
        self.answers, self.denied = Counter[int](), 0

    def __enter__(self) -> "Flood":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait(self, count: int) -> None:
        """Until so many were answered."""
        self._scene.stage.wait(lambda: self.answers.total() > count)

    def _asks(self, address: str) -> None:
        while not self._over.is_set():
            try:
                self._asks_until_denied(address)
            except (ConnectionError, ssl.SSLError):
                with self._lock:
                    self.denied += 1
                self._over.wait(0.05)

    def _asks_until_denied(self, address: str) -> None:
        asked = {"Host": f"{self._host}:{self._scene.stage.port}"}
        with From(self._scene.stage, address, host=self._host) as client:
            while not self._over.is_set():
                status = client.asks(self._path, headers=asked).status
                with self._lock:
                    self.answers[status] += 1


def somebody_known_is_answered(scene: IdentityStage, address: str) -> None:
    """Until the record says so, from where the sentry learns whom not to deny at the door."""
    record, mark = layout_of(scene.stage).access_log, scene.mark()
    with From(scene.stage, address, host=APP) as client:
        answer = client.asks(f"/required/{mark}", headers={"cookie": cookie(scene)})
    assert answer.status == 200
    scene.stage.wait(lambda: mark in record.read_text(errors="replace"))


def test_an_office_goes_on_while_somebody_in_it_floods(alarm: IdentityStage) -> None:
    """From one address: 200 people signed in, and a flood that shows nothing."""
    people = [cookie(alarm) for _ in range(OFFICE)]
    answers, address = Counter[int](), "127.0.21.1"
    somebody_known_is_answered(alarm, address)
    with (
        Flood(alarm, address, address, host=APP, path="/public/x") as flood,
        From(alarm.stage, address, host=APP) as office,
    ):
        flood.wait(2 * ADDRESS)  # the bucket of whom nothing is known is empty
        for one in people:
            for path in ("/public/x", "/required/x"):
                answer = office.asks(path, headers={**NAVIGATION, "cookie": one})
                answers[answer.status] += 1
    assert answers == {200: 2 * OFFICE}
    assert flood.answers[200] <= BURST
    assert not flood.denied


def test_an_office_goes_on_at_the_host_of_sign_in_while_somebody_in_it_floods(
    alarm: IdentityStage,
) -> None:
    """Each in a browser of their own, which gets its pass; the same person has many of them."""
    organisation = alarm.organisation()
    user = alarm.person(organisation)
    sessions = [
        alarm.sign_in(user=user, organisation=organisation).split("=", 1) for _ in range(OFFICE)
    ]
    answers, address, authority = Counter[int](), "127.0.35.1", f"{ID}:{alarm.stage.port}"
    somebody_known_is_answered(alarm, address)
    with (
        Flood(alarm, address, address, host=ID, path="/accounts/login/") as flood,
        From(alarm.stage, address, host=ID) as office,
    ):
        flood.wait(2 * ADDRESS)
        for name, value in sessions:
            browser = Browser(office, authority, {name: value})
            answers[browser.goes("/organisations")] += 1
            assert browser.answers[0] == 503
    assert flood.answers[200] <= BURST
    assert not flood.denied
    assert answers == {200: OFFICE}


def test_the_operator_signs_in_works_and_signs_out_and_health_is_checked_under_a_flood(
    alarm: IdentityStage,
) -> None:
    company = alarm.organisation(kind="provider")
    operator = alarm.person(company, roles=("operator",))
    operator.set_password(GOOD)
    operator.save()
    secret = app_of(operator)
    health = Counter[int]()
    with (
        Flood(alarm, "127.0.36.1", "127.0.37.1", host=ID, path="/accounts/login/") as flood,
        Flood(alarm, "127.0.36.2", host=APP, path="/vital/x"),
        From(alarm.stage, "127.0.36.9", host=ID) as client,
        From(alarm.stage, "127.0.36.10", host=APP) as checking,
    ):
        flood.wait(4 * BURST)
        browser = Browser(client, f"{ID}:{alarm.stage.port}")
        walk: tuple[Callable[[], int], ...] = (
            lambda: browser.goes("/accounts/login/"),
            lambda: browser.sends("/accounts/login/", login=operator.email, password=GOOD),
            lambda: browser.goes("/accounts/2fa/authenticate/"),
            lambda: browser.sends("/accounts/2fa/authenticate/", code=code_of(secret)),
            lambda: browser.goes("/sessions"),
            lambda: browser.goes("/accounts/logout/"),
            lambda: browser.sends("/accounts/logout/"),
            lambda: browser.goes("/sessions"),
        )
        found = []
        for step in walk:
            found.append(step())
            health.update(checking.statuses(BURST, "/vital/x"))
    assert found == [200, 302, 200, 302, 200, 200, 302, 302], browser.page
    assert browser.answers.count(503) == 1  # one pass, and nothing more
    assert health == {200: BURST * len(walk)}
    assert flood.answers[429] > 10 * flood.answers[200]


def test_a_known_address_is_not_denied_however_fast_it_begins_connections(
    scene: IdentityStage,
) -> None:
    known, stranger = "127.0.38.1", "127.0.39.1"
    with From(scene.stage, known, host=APP) as client:
        assert client.asks("/required/x", headers={"cookie": cookie(scene)}).status == 200
    connecting = Connecting(scene.stage)
    scene.stage.wait(lambda: connecting.is_refused(stranger), within=20)
    count, began = 0, time.monotonic()
    while time.monotonic() < began + 3:
        assert not connecting.is_refused(known)
        count += Connecting.AT_ONCE
    assert count / 3 > 4 * HANDSHAKES
    assert stranger in connecting.denied
    assert known not in connecting.denied


class Connecting:
    """Begins connections as fast as it can."""

    AT_ONCE: Final = 20

    def __init__(self, stage: Stage) -> None:
        self._stage, self._trust = stage, stage.trust()

    @property
    def denied(self) -> set[str]:
        """Whom ``ringwall attack`` shows to be denied."""
        found = picture(layout_of(self._stage), now=time.time()).found
        return {one["network"] for one in found["denied"]}

    def is_refused(self, source: str) -> bool:
        try:
            for _ in range(self.AT_ONCE):
                over_tls(self._trust, self._stage.port, host=APP, source=source).close()
        except (ConnectionError, ssl.SSLError):
            return True
        return False


def test_services_see_no_difference(scene: IdentityStage) -> None:
    """On a route that asks nobody: neither who is known, nor what was found out about it."""
    people = {
        "cookie": {"cookie": cookie(scene)},
        "access": {"authorization": f"Bearer {scene.issue(Purpose.ACCESS)}"},
        "nothing": {},
        "forged": {"cookie": f"{COOKIE}=9999999999.{SECRET}~a.b.c"},
        "over": {"cookie": cookie(scene).replace(f"{COOKIE}=", f"{COOKIE}=1")},
    }
    seen: dict[Order, dict[str, set[str]]] = {}
    for order in (Order.OFF, Order.ON):
        stand(scene, order)
        seen[order] = {}
        for name, shown in people.items():
            mark = scene.mark()
            with From(scene.stage, "127.0.22.1", host=APP) as client:
                assert client.asks(f"/public/{mark}", headers=shown).status == 200, (order, name)
            (found,) = scene.about(mark)
            seen[order][name] = {key.lower() for key, _ in found.headers}
    stand(scene, Order.OFF)
    assert seen[Order.ON] == seen[Order.OFF]
    assert not any(key.startswith("x-ringwall") for key in seen[Order.ON]["cookie"])


def test_whoever_cannot_be_renewed_is_a_stranger_there(alarm: IdentityStage) -> None:
    """After so many made-up cookies the web process is not asked any more for that network."""
    answers = Counter[int]()
    with From(alarm.stage, "127.0.30.1", host=APP) as client:
        for number in range(40):
            token = alarm.issue(Purpose.SESSION, seconds=-60)
            made_up = f"{COOKIE}={int(time.time()) - 60}.{number:043d}~{token}"
            answers[client.asks("/public/x", headers={"cookie": made_up}).status] += 1
    assert answers == {200: BURST, 429: 40 - BURST}


def test_programs_with_a_valid_token_notice_nothing(alarm: IdentityStage) -> None:
    headers = {"authorization": f"Bearer {alarm.issue(Purpose.ACCESS)}"}
    with From(alarm.stage, "127.0.23.1", host=APP) as program:
        assert program.statuses(3 * BURST, "/public/x", headers=headers) == [200] * 3 * BURST
        made_up = {"authorization": "Bearer made.up.token"}
        assert program.statuses(BURST + 1, "/public/x", headers=made_up)[-1] == 429


def test_a_browser_that_solves_it_comes_in_and_is_not_held(alarm: IdentityStage) -> None:
    with From(alarm.stage, "127.0.24.1", host=APP) as browser:
        asked, page = browser.reads("/public/x", headers=NAVIGATION)
        assert asked.status == 503
        assert asked.headers["content-type"] == "text/html; charset=utf-8"
        assert asked.headers["x-frame-options"] == "DENY"
        assert asked.headers["strict-transport-security"]
        value = solved(page)
        mark = alarm.mark()
        shown = with_pass(value)
        assert browser.statuses(3 * BURST, f"/public/{mark}", headers=shown) == [200] * 3 * BURST
        told = dict(alarm.about(mark)[0].headers)
        assert told["cookie"] == "a=b; c=d"
        assert not any(name.lower().startswith("x-ringwall") for name in told)
        answer = browser.asks("/required/x", headers=shown)
        assert answer.status == 302  # to sign in, as in peace
    with From(alarm.stage, "127.0.25.1", host=APP) as elsewhere:
        assert elsewhere.asks("/public/x", headers=shown).status == 503


def test_a_pass_frees_from_no_other_limit(alarm: IdentityStage) -> None:
    with From(alarm.stage, "127.0.26.1", host=APP) as browser:
        shown = with_pass(solved(browser.reads("/public/x", headers=NAVIGATION)[1]))
        found = Counter(browser.statuses(ADDRESS + 50, "/plain/x", headers=shown))
    assert found[429] >= 50
    assert found[200] <= ADDRESS


@pytest.mark.parametrize("path", ["/plain/x", "/.ringwall/nothing", "/robots.txt"])
def test_where_nobody_is_challenged(alarm: IdentityStage, path: str) -> None:
    with From(alarm.stage, "127.0.27.1", host=APP) as browser:
        answer, text = browser.reads(path, headers=NAVIGATION)
    assert "data-challenge" not in text
    assert answer.status != 503


def test_whoever_signs_in_is_asked_first_and_then_let_in(alarm: IdentityStage) -> None:
    host = {"Host": f"{ID}:{alarm.stage.port}"}
    with From(alarm.stage, "127.0.28.1", host=ID) as browser:
        asked, page = browser.reads("/accounts/login/", headers=NAVIGATION | host)
        assert asked.status == 503
        shown = with_pass(solved(page)) | host
        assert browser.asks("/accounts/login/", headers=shown).status == 200


def test_who_was_there_before_gets_a_pass_at_the_host_of_sign_in(alarm: IdentityStage) -> None:
    host = {"Host": f"{ID}:{alarm.stage.port}"}
    session = alarm.sign_in()
    with From(alarm.stage, "127.0.31.1", host=ID) as browser:
        asked, page = browser.reads("/sessions", headers={**NAVIGATION, **host, "cookie": session})
        assert asked.status == 503
        shown = {**NAVIGATION, **host}
        shown["cookie"] = f"{session}; __Host-ringwall-pass={solved(page)}"
        assert browser.statuses(2 * BURST, "/sessions", headers=shown) == [200] * 2 * BURST


def test_a_network_of_strangers_takes_no_more_than_its_part(alarm: IdentityStage) -> None:
    def came_in(address: str, times: int = BURST) -> int:
        with From(alarm.stage, address, host=APP) as stranger:
            return stranger.statuses(times, "/public/x").count(200)

    # Who is refused at an address of its own takes nothing from the neighbours.
    assert came_in("127.0.32.1", 10 * BURST) == BURST
    assert [came_in(f"127.0.32.{n}") for n in range(2, 6)] == [BURST, BURST, BURST, 0]
    assert came_in("127.0.33.1") == BURST


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (ID, "/accounts/logout/"),
        (ID, "/identity/o/logout"),
        (APP, "/.ringwall/session"),
        (APP, "/vital/x"),
    ],
)
def test_whoever_signs_out_comes_back_or_checks_health_is_not_held(
    alarm: IdentityStage, host: str, path: str
) -> None:
    asked = {"Host": f"{host}:{alarm.stage.port}"}
    with From(alarm.stage, "127.0.34.1", host=host) as stranger:
        found = stranger.statuses(3 * BURST, path, headers=asked)
    assert not {429, 503} & set(found)


def test_a_new_configuration_and_a_new_edge_stand_as_before(alarm: IdentityStage) -> None:
    stage = alarm.stage
    folder = stage.state / "xds" / "edge"
    config = json.loads(json.dumps(stage.config))
    config["routes"].append(
        {"name": "new", "hosts": [APP], "path": "/new/**", "service": "recorder", "sign_in": "none"}
    )
    stage.write(config)
    reload(stage)
    with From(stage, "127.0.29.1", host=APP) as stranger:
        assert stranger.statuses(BURST + 1, "/new/x") == [200] * BURST + [429]
    assert (folder / "rds-edge.json").read_bytes() == (folder / "alarm-edge.json").read_bytes()
    assert not list(folder.glob(".new-*"))
    stand(alarm, Order.OFF)
    with From(stage, "127.0.29.1", host=APP) as stranger:
        assert stranger.asks("/new/x").status == 200
    assert (folder / "rds-edge.json").read_bytes() == (folder / "peace-edge.json").read_bytes()


def test_what_is_recognised_counts_unless_operators_say_otherwise(scene: IdentityStage) -> None:
    state = scene.stage.state
    assert posture.set_posture(state, recognised=True).posture is Posture.PEACE  # OFF holds
    assert posture.set_posture(state, order=Order.AUTO).posture is Posture.ALARM
    assert posture.set_posture(state, recognised=False).posture is Posture.PEACE
    assert posture.set_posture(state, order=Order.ON, author="a").posture is Posture.ALARM
    assert posture.read_stance(state).author == "a"
    stand(scene, Order.OFF)


def is_refused(scene: IdentityStage, address: str) -> bool:
    """Whether a new connection from an address ends before it is answered."""
    try:
        with From(scene.stage, address, host=APP) as one:
            return one.asks("/public/x").status != 200
    except OSError:
        return True


def test_no_feed_shuts_out_who_runs_ringwall_while_they_are_signed_in(
    scene: IdentityStage,
) -> None:
    from ringwall.identity import sessions
    from ringwall.identity.models import Kind

    scene.stage.wait(lambda: is_refused(scene, LISTED))
    assert is_refused(scene, RUNS_IT)
    company = scene.organisation(kind=Kind.PROVIDER)
    found = tenants.session(
        scene.person(company, roles=("operator",)), company.slug, address=RUNS_IT
    )
    scene.stage.wait(lambda: not is_refused(scene, RUNS_IT))
    assert is_refused(scene, LISTED)
    told = scene.stage.command("sources", "list").stdout
    assert f"spared by feeds while signed in: {found.user.email} at {RUNS_IT}/32" in told
    sessions.end(found, reason="a test")
    scene.stage.wait(lambda: is_refused(scene, RUNS_IT))
