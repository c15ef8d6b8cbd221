"""Clients that have the web process asked for nothing, and those who share their address."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.identity.edge.scene import (
    APP,
    COOKIE,
    ID,
    TENANTS,
    WILD,
    IdentityStage,
    ask,
    identity_stage,
)
from tests.identity.edge.test_renewal import on_one_connection, over, stopped

pytestmark = pytest.mark.e2e

_numbers = count(int(time.time()) * 1000)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[IdentityStage]:
    """One worker thread, behind a proxy that says whose request it is."""
    hosts: dict[str, Any] = {host: {} for host in (APP, TENANTS, WILD, ID)}
    edge = {"hosts": hosts, "workers": 1, "trusted_hops": 1}
    with identity_stage(tmp_path_factory.mktemp("edge"), _django, edge=edge) as running:
        yield running


def made_up() -> str:
    """A cookie with a secret that nobody has brought yet."""
    return f"{COOKIE}=1.{next(_numbers):043d}~e.e.e"


def guess(scene: IdentityStage, addresses: list[str], several: int = 100) -> tuple[int, int]:
    """Bring made-up cookies; how often the web process was asked, and may have been at most."""
    before, begun = scene.call_outs(), time.monotonic()
    with scene.stage.client() as client:
        for number in range(several):
            address = addresses[number % len(addresses)]
            found = ask(client, scene.url(), cookie=made_up(), headers=_from(address))
            assert found.status_code in {401, 503}
    return scene.call_outs() - before, _at_most(time.monotonic() - begun)


def _at_most(seconds: float) -> int:
    assert seconds < 10, "this machine is too slow to show anything"
    return 20 + 3 * (int(seconds) + 2)


def _from(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address}


@pytest.mark.parametrize(
    "addresses",
    [
        ["192.0.2.1"],
        ["2001:db8:1:2::1", "2001:db8:1:2:a:b:c:d", "2001:DB8:1:2:ffff::"],
        ["2001:db8::1", "2001:db8::a:b:c:d", "2001:db8:0:0:1::"],
        ["::1", "::a:b:c:d"],
        ["::ffff:192.0.2.2", "192.0.2.2"],
    ],
    ids=lambda addresses: addresses[0],
)
def test_one_network_counts_as_one(scene: IdentityStage, addresses: list[str]) -> None:
    asked, at_most = guess(scene, addresses)
    assert 20 <= asked <= at_most


@pytest.mark.parametrize(
    ("guesser", "other"),
    [
        ("2001:db8:2:1::1", "2001:db8:2:2::1"),
        ("2001:db8:3::1", "2001:db8:0:3::1"),
        ("::ffff:198.51.100.1", "::ffff:198.51.100.2"),
    ],
)
def test_another_network_is_another(scene: IdentityStage, guesser: str, other: str) -> None:
    guess(scene, [guesser])
    for _ in range(6):
        jar = over(scene, scene.enter(scene.session()))
        assert scene.get(cookie=jar, headers=_from(other)).status_code == 200


def test_whoever_hangs_up_is_counted(scene: IdentityStage) -> None:
    before, begun = scene.call_outs(), time.monotonic()
    # Who hangs up before a connection is made has asked for nothing.
    patience = httpx.Timeout(20, read=0.4)

    def hang_up(_: int) -> None:
        with suppress(httpx.ReadTimeout):
            scene.get(cookie=made_up(), headers=_from("192.0.2.10"), timeout=patience)

    with stopped(scene, "web"), ThreadPoolExecutor(16) as pool:
        list(pool.map(hang_up, range(80)))
        assert 20 <= scene.call_outs() - before <= _at_most(time.monotonic() - begun)
    scene.stage.wait(scene.stage.is_ready)


def test_colleagues_of_a_guesser_get_through(scene: IdentityStage) -> None:
    jar = over(scene, scene.enter(scene.session()))
    guess(scene, ["192.0.2.20"])
    for _ in range(3):
        answer = scene.get(cookie=jar, headers=_from("192.0.2.20"))
        if answer.status_code == 200:
            break
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        time.sleep(1)
    assert answer.status_code == 200


def test_a_whole_company_behind_one_address_is_no_guesser(scene: IdentityStage) -> None:
    session = scene.session()
    jars = [over(scene, scene.enter(session)) for _ in range(30)]
    with scene.stage.client() as client:
        found = [
            ask(client, scene.url(), cookie=jar, headers=_from("192.0.2.30")).status_code
            for jar in jars
        ]
    assert found == [200] * 30


def test_while_the_web_process_is_slow_few_ask_and_the_others_come_again(
    scene: IdentityStage,
) -> None:
    jar = over(scene, scene.enter(scene.session()))
    before = scene.call_outs()
    with stopped(scene, "web"):
        assert on_one_connection(scene, jar, 20) == [503] * 20
    assert 1 <= scene.call_outs() - before <= 6, "one a second, not all at once"
    assert scene.get(cookie=jar).status_code == 200
