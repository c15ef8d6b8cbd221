"""Who gets a place among the answers that are kept, by a clock of the test's own."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.gateway.live.protecting.scene import APP, Services, kept
from tests.gateway.live.proxies_alone import ProxiesAlone
from tests.gateway.live.stage import Stage

from ringwall.gateway.envoy import caching

pytestmark = pytest.mark.e2e

PLACES, SPAN = 20, 300
"""Half of the places are given at once to who is new, the other half in the course of a span."""


class Clock:
    """What time it is for the script that gives places."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(1_000_000)

    def set(self, now: int) -> None:
        self.now = now
        self._file.write_text(f"{now}\n")

    def go(self, by: int) -> None:
        self.set(self.now + by)


@pytest.fixture(scope="module")
def behind() -> Iterator[Services]:
    found = Services()
    for one in found.all:
        one.start()
    yield found
    for one in found.all:
        one.stop()


@pytest.fixture(scope="module")
def started(
    tmp_path_factory: pytest.TempPathFactory, behind: Services
) -> Iterator[tuple[Stage, Clock]]:
    folder = tmp_path_factory.mktemp("places")
    clock = Clock(folder / "now")
    tells = f'function() return tonumber(io.lines("{folder}/now")()) end'
    script = caching._SCRIPT.replace("@MOST@", str(PLACES))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            caching, "_SCRIPT", f"local os = {{date = os.date, time = {tells}}}\n{script}"
        )
        with ProxiesAlone(folder, behind.config()) as running:
            running.up()
            yield running, clock


@pytest.fixture
def clock(started: tuple[Stage, Clock]) -> Clock:
    """Long after whatever was before."""
    started[1].go(1_000 * SPAN)
    return started[1]


@pytest.fixture
def client(started: tuple[Stage, Clock], behind: Services) -> Iterator[httpx.Client]:
    behind.shop.seen.clear()
    behind.shop.answer = kept()
    with started[0].client(base_url=APP) as found:
        yield found


def _attack(client: httpx.Client, name: str) -> None:
    for number in range(30):
        for _ in range(2):
            assert client.get(f"/kept/{name}-{number}").status_code == 200


def test_what_is_asked_for_often_finds_room_among_ever_new_addresses(
    client: httpx.Client, clock: Clock, behind: Services
) -> None:
    _attack(client, "made-up")
    hot = "GET /kept/often"
    for _ in range(3):
        client.get("/kept/often")
    assert behind.shop.seen[hot] == 3  # no room at this moment
    clock.go(SPAN // 5)
    for _ in range(3):
        client.get("/kept/often")
    assert behind.shop.seen[hot] == 4
    _attack(client, "made-up-too")
    client.get("/kept/often")
    assert behind.shop.seen[hot] == 4


def test_what_is_asked_for_most_stays_however_many_ask_twice(
    client: httpx.Client, clock: Clock, behind: Services
) -> None:
    for span in range(3):
        for _ in range(5):
            client.get("/kept/hot")
        clock.go(SPAN - 1)
        _attack(client, f"late-{span}")
        clock.go(1)
        for former in range(span + 1):
            _attack(client, f"late-{former}")
    client.get("/kept/hot")
    assert behind.shop.seen["GET /kept/hot"] == 1


def test_a_clock_that_is_set_back_does_not_close_the_gate(
    client: httpx.Client, clock: Clock, behind: Services
) -> None:
    client.get("/kept/before")
    _attack(client, "full")
    clock.go(-100 * SPAN)
    client.get("/kept/before")
    clock.go(SPAN // 5)
    for _ in range(3):
        client.get("/kept/after")
    assert behind.shop.seen["GET /kept/before"] == 1
    assert behind.shop.seen["GET /kept/after"] == 1


def test_a_host_in_capitals_is_the_same(
    client: httpx.Client, clock: Clock, behind: Services
) -> None:
    assert clock.now
    for host in ("app.localhost", "APP.localhost", "aPP.LocalHost"):
        assert client.get("/kept/host", headers={"host": host}).text == "for all"
    assert behind.shop.seen == {"GET /kept/host": 1}
