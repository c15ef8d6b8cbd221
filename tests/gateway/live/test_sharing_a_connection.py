"""Many clients' requests on one connection inside: what one of them does befalls no other."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import h2.exceptions
import httpx
import pytest
from tests.gateway.live.stage import Json, Stage
from tests.gateway.live.upstream import Exchange, Upstream, reply
from tests.gateway.live.wire import connect
from tests.gateway.live.wire2 import Http2
from tests.ports import free_port

from ringwall.gateway.admin import Admin

pytestmark = pytest.mark.e2e

APP = "https://app.localhost"
MIB = 1024**2
FIELDS = [(":method", "GET"), (":scheme", "https"), (":authority", "app.localhost")]


class Services:
    """Services that speak HTTP/1.1, each behind a sidecar."""

    def __init__(self) -> None:
        self.shop, self.few = Upstream("shop"), Upstream("few")

    def config(self) -> Json:
        def behind(upstream: Upstream, **more: Any) -> Json:
            return {
                "addresses": [f"127.0.0.1:{free_port()}"],
                "owner": "tests",
                "sidecar": {"app": upstream.address},
                **more,
            }

        def route(name: str) -> Json:
            given = {"hosts": ["app.localhost"], "path": f"/{name}/**", "timeout": "20s"}
            return {"name": name, "service": name, **given}

        return {
            "edge": {"hosts": {"app.localhost": {}}},
            "services": {
                "shop": behind(self.shop, health={"interval": "200ms"}),
                "few": behind(
                    self.few, health=None, circuit={"connections": 2, "pending": 2, "requests": 64}
                ),
            },
            "routes": [route("shop"), route("few")],
        }


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    found = Services()
    with ExitStack() as held:
        for one in (found.shop, found.few):
            held.enter_context(one)
        yield found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("sharing"), services.config()) as running:
        yield running.up()


@pytest.fixture(autouse=True)
def _well_again(services: Services) -> None:
    for one in (services.shop, services.few):
        one.seen.clear()
        one.answer = _named(one)


def _named(one: Upstream) -> Any:
    return lambda exchange: reply(exchange, 200, one.name.encode())


def _count(stage: Stage, pattern: str) -> int:
    found = Admin(stage.state / "run" / "edge.sock").stats(pattern)
    assert found, pattern
    return sum(int(value) for value in found.values())


def _opened(stage: Stage) -> int:
    """Connections of the edge to the sidecar so far."""
    return _count(stage, r"^cluster\.shop\.upstream_cx_total$")


def _given_up(stage: Stage) -> int:
    """Requests that the edge began at the sidecar and their clients gave up."""
    return _count(stage, r"^cluster\.shop\.upstream_rq_cancelled$") + _count(
        stage, r"^cluster\.shop\.upstream_rq_tx_reset$"
    )


def test_requests_that_are_given_up_end_no_connection(stage: Stage, services: Services) -> None:
    release = threading.Event()

    def answer(exchange: Exchange) -> None:
        if exchange.path.startswith("/shop/slow"):
            release.wait(20)
        reply(exchange, 200, b"shop")

    services.shop.answer = answer
    with ThreadPoolExecutor() as pool, stage.client() as honest:
        assert honest.get(f"{APP}/shop/x").status_code == 200
        waiting = pool.submit(stage.get, f"{APP}/shop/slow?honest")
        opened, given_up = _opened(stage), _given_up(stage)
        for _ in range(6):
            _resets(stage, 60)
            assert honest.get(f"{APP}/shop/x").text == "shop"
        # Those of the last may still be on their way through the edge.
        stage.wait(lambda: _given_up(stage) - given_up > 300)
        # One each worker would have been too, and a next one after so many requests.
        assert _opened(stage) - opened <= 4
        release.set()
        assert waiting.result(20).text == "shop"


def _resets(stage: Stage, count: int) -> None:
    with Http2(stage) as attacker:
        streams = [attacker.request([*FIELDS, (":path", "/shop/slow")]) for _ in range(count)]
        attacker.read(0.15)
        for stream in streams:
            with suppress(h2.exceptions.StreamClosedError):
                attacker.h2.reset_stream(stream)
        attacker.flush()
        attacker.read(0.05)


def test_who_does_not_read_holds_up_nobody_else(stage: Stage, services: Services) -> None:
    """More stand still than fit into the window that a connection usually has."""
    stalled, large = 60, b"x" * (16 * MIB)
    begun = threading.Semaphore(0)

    def answer(exchange: Exchange) -> None:
        if exchange.path != "/shop/large":
            reply(exchange, 200, b"x" * MIB)
            return
        exchange.send_response_only(200)
        exchange.send_header("content-length", str(len(large)))
        exchange.end_headers()
        begun.release()
        exchange.wfile.write(large)
        services.shop.seen["sent whole"] += 1

    services.shop.answer = answer
    with ExitStack() as held:
        for _ in range(stalled):
            one = held.enter_context(connect(stage, holds=4096, timeout=10))
            one.sendall(b"GET /shop/large HTTP/1.1\r\nhost: app.localhost\r\n\r\n")
        for _ in range(stalled):
            assert begun.acquire(timeout=20)
        time.sleep(0.5)  # until what fits is on its way
        before = services.shop.seen["sent whole"]
        for _ in range(8):
            with stage.client() as honest:
                assert len(honest.get(f"{APP}/shop/x", timeout=15).content) == MIB
        assert before == services.shop.seen["sent whole"] == 0, "they did not stand still"


def test_a_full_service_behind_a_sidecar_is_not_queued_for(
    stage: Stage, services: Services
) -> None:
    lock, now, most, refusals = threading.Lock(), 0, 0, 0
    release = threading.Event()

    def answer(exchange: Exchange) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        release.wait(20)
        time.sleep(0.1)  # for whoever comes beside it
        with lock:
            now -= 1
        reply(exchange, 200, b"few")

    services.few.answer = answer
    ready = threading.Barrier(14)

    def ask(number: int) -> tuple[int, str, float]:
        nonlocal refusals
        with stage.client() as client:
            if number >= 2:
                ready.wait(30)
            begun = time.monotonic()
            told = client.get(f"{APP}/few/x")
            with lock:
                refusals += told.status_code == 503
            return told.status_code, told.text, time.monotonic() - begun

    def are_told_or_wait() -> bool:
        waiting = _count(stage, r"^cluster\.few\.upstream_rq_(active|pending_active)$")
        return refusals + waiting == 16 and refusals >= 10

    with ThreadPoolExecutor(16) as pool:
        # Who waits for a connection to be made counts as waiting: two are under way first.
        first = [pool.submit(ask, number) for number in range(2)]
        stage.wait(lambda: now == 2)
        others = [pool.submit(ask, number) for number in range(2, 16)]
        # Who came only once the service has room again would be served as well.
        stage.wait(are_told_or_wait)
        release.set()
        found = [one.result() for one in (*others, *first)]
    served = [one for one in found if one[:2] == (200, "few")]
    refused = [one for one in found if one[:2] == (503, "503 Service Unavailable\n")]
    assert len(served) + len(refused) == 16, found
    # Two under way and two that wait; as workers count at the same time, a few more.
    assert 4 <= len(served) <= 6, found
    assert most <= 3
    assert services.few.total == len(served)
    services.few.answer = _named(services.few)
    assert [stage.get(f"{APP}/few/x").text for _ in range(5)] == ["few"] * 5


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
def test_headers_that_the_edge_takes_are_not_too_many_inside(
    stage: Stage, services: Services, http2: bool
) -> None:
    """Else what is no fault of the service's would count as one, and have it rest."""
    served, refused = 0, 0
    with stage.client(http2=http2) as client:
        for count in range(60, 104):
            some = {f"x-a-{n}": "v" for n in range(count)}
            try:
                status = client.get(f"{APP}/shop/x", headers=some).status_code
            except httpx.RemoteProtocolError:
                status = 431  # as Envoy says it in HTTP/2
            assert status in {200, 431}, count
            served, refused = served + (status == 200), refused + (status == 431)
        assert client.get(f"{APP}/shop/x", headers={"x-big": "v" * 31 * 1024}).status_code == 200
    assert served > 25
    assert refused > 3


def test_an_answer_may_have_as_many_headers_as_one_of_http1(
    stage: Stage, services: Services
) -> None:
    def answer(exchange: Exchange) -> None:
        count = int(exchange.path.rpartition("/")[2])
        reply(exchange, 200, b"shop", **{f"x_a_{n}": "v" for n in range(count)})

    services.shop.answer = answer
    for count in (50, 90, 95, 98):
        told = stage.get(f"{APP}/shop/{count}")
        assert (told.status_code, told.text) == (200, "shop"), count
