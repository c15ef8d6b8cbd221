"""Limits that three edges count together in a real Redis, and what its death costs."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle
from typing import Final

import pytest
from tests.gateway.live.addresses import From
from tests.gateway.live.edge_alone import QUOTAS, EdgeAlone
from tests.gateway.live.stage import Json
from tests.gateway.live.upstream import Upstream
from tests.gateway.quotas.redis_server import RedisServer

pytestmark = [pytest.mark.e2e, pytest.mark.alone]  # it counts in a time

HOSTS: Final = ("app.localhost", "other.localhost")
NO_REFILL: Final = "1/d"
EDGES: Final = 3


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as found:
        yield found


@pytest.fixture(scope="module")
def edges(
    redis: RedisServer, upstream: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[EdgeAlone]]:
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("REDIS_URL", redis.url)
        stages = [
            EdgeAlone(tmp_path_factory.mktemp("edge"), configured(upstream)) for _ in range(EDGES)
        ]
        for one in stages:
            stack.enter_context(one)
        with ThreadPoolExecutor(EDGES) as pool:
            list(pool.map(EdgeAlone.start, stages))
        for one in stages:
            one.wait(one.is_ready)
        yield stages


def configured(upstream: Upstream, *, rate: str = NO_REFILL, burst: int = 12) -> Json:
    """One limit, of addresses, that is shared; each host of each edge has it for itself too."""
    limit = {"by": "address", "rate": rate, "burst": burst, "shared": True}
    return {
        "edge": {"hosts": {host: {} for host in HOSTS}},
        "services": {
            "one": {"addresses": [upstream.address], "owner": "tests", "tls": "none"},
        },
        "routes": [
            {"name": "all", "hosts": list(HOSTS), "path": "/in/**", "service": "one"},
        ],
        "availability": {
            "exempt": {"networks": ["127.0.9.0/24"]},
            "limits": {"address": None, "network": None, "together": limit},
            "shared": {"redis": "${env:REDIS_URL}"},
            # Each file that an Envoy watches takes one of few watchers.
            "challenge": None,
            "nobody": None,
        },
    }


def test_hosts_and_edges_have_one_bucket(edges: list[EdgeAlone], redis: RedisServer) -> None:
    redis.ask("FLUSHALL")
    found: Counter[int] = Counter()
    for _ in range(4):
        for stage in edges:
            with From(stage, "127.0.1.1") as one:
                found.update(one.asks(host=host).status for host in HOSTS)
    assert found == {200: 12, 429: 12}
    with From(edges[0], "127.0.1.2") as other:
        assert other.statuses(3) == [200] * 3


def test_who_is_refused_is_told_when_to_come_back(edges: list[EdgeAlone]) -> None:
    with From(edges[1], "127.0.1.3") as one, From(edges[2], "127.0.1.3") as again:
        one.statuses(12)
        answer = again.asks()
    assert answer.status == 429
    assert 86_000 <= int(answer.headers["retry-after"]) <= 86_400
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "x-envoy-ratelimited" not in answer.headers


def test_who_is_exempt_meets_none(edges: list[EdgeAlone]) -> None:
    with From(edges[0], "127.0.9.1") as one:
        assert one.statuses(30) == [200] * 30


def test_a_limit_of_one_route_takes_what_the_route_costs(
    edges: list[EdgeAlone], upstream: Upstream
) -> None:
    config = configured(upstream, burst=1000)
    dear = {"name": "dear", "hosts": list(HOSTS), "path": "/dear", "service": "one", "cost": 5}
    config["routes"].append(dear)
    few = {"by": "all", "rate": NO_REFILL, "burst": 22, "routes": ["dear"], "shared": True}
    config["availability"]["limits"]["few"] = few
    _apply(edges, config)
    found: Counter[int] = Counter()
    for number, stage in enumerate((*edges, *edges, *edges)):
        with From(stage, f"127.0.7.{number + 1}") as one:
            found[one.asks("/dear").status] += 1
            assert one.asks().status == 200
    assert found == {200: 4, 429: 5}


RATE, BURST, SECONDS = 100, 50, 3.0


def test_three_edges_together_give_what_one_would(
    edges: list[EdgeAlone], upstream: Upstream
) -> None:
    _apply(edges, configured(upstream, rate=f"{RATE}/s", burst=BURST))
    found, lasted = _asked(edges, "127.0.2.1", SECONDS)
    assert set(found) == {200, 429}
    assert found[200] == pytest.approx(BURST + RATE * lasted, rel=0.05)
    # What one edge alone lets through is not all that is given.
    assert found[429] > found[200] / 4


def test_no_request_fails_for_a_redis_that_is_killed_and_comes_back(
    edges: list[EdgeAlone], upstream: Upstream, redis: RedisServer
) -> None:
    _apply(edges, configured(upstream, rate="20/s", burst=20))
    redis.ask("FLUSHALL")

    told: list[str] = []

    def killed() -> None:
        time.sleep(1.0)
        redis.kill()
        time.sleep(1.5)
        told.extend(_trouble(one) for one in edges)
        redis.start()

    found, lasted = _asked(edges, "127.0.3.1", 4.0, meanwhile=killed)
    assert set(found) <= {200, 429}
    # Each host of each edge counted for itself for a while, and never let through more than that.
    assert found[200] <= 1.05 * EDGES * (20 + 20 * lasted)
    assert found[429] > 0
    assert all(told)
    addresses = cycle(f"127.0.3.{number}" for number in range(2, 200))
    edges[0].wait(lambda: _reaches(redis, edges, next(addresses)))
    assert not any(_trouble(one) for one in edges)


def _trouble(edge: EdgeAlone) -> str:
    """Why the status says that Redis does not count."""
    found = edge.gateway_status().shared
    assert found is not None
    return found.trouble


def _reaches(redis: RedisServer, edges: list[EdgeAlone], address: str) -> bool:
    """Whether what all the edges are asked is counted in Redis."""
    redis.ask("FLUSHALL")
    for stage in edges:
        with From(stage, address) as one:
            assert one.asks().status == 200
        if b"ringwall:together%20" not in redis.ask("KEYS", "*"):
            return False
        redis.ask("FLUSHALL")
    return True


def test_no_request_fails_for_the_process_that_counts(
    edges: list[EdgeAlone], upstream: Upstream
) -> None:
    _apply(edges[:1], configured(upstream, burst=20))
    stage = edges[0]
    with From(stage, "127.0.4.1") as one:
        assert one.statuses(5) == [200] * 5
        stage.kill(QUOTAS)
        # What the host counts by itself holds meanwhile.
        assert one.statuses(20) == [200] * 15 + [429] * 5
    addresses = (f"127.0.4.{number}" for number in range(2, 200))
    stage.go_on()
    stage.wait(stage.is_ready)
    stage.wait(lambda: _counted_together(stage, next(addresses), 20))


def _apply(edges: list[EdgeAlone], config: Json) -> None:
    for one in edges:
        one.write(config)
        one.apply()


def _counted_together(stage: EdgeAlone, address: str, burst: int) -> bool:
    with From(stage, address) as one:
        found = Counter(one.asks(host=host).status for _ in range(burst) for host in HOSTS)
    assert found[200] + found[429] == 2 * burst
    return found[200] == burst


def _asked(
    edges: list[EdgeAlone],
    address: str,
    seconds: float,
    *,
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[Counter[int], float]:
    """What two clients at each edge are answered, and in how many seconds.

    Time begins once all are connected: until somebody asks, a full bucket gets no fuller.
    """
    answers: list[tuple[float, int]] = []
    together = threading.Barrier(2 * len(edges) + 1)

    def ask(stage: EdgeAlone) -> None:
        with From(stage, address) as client:
            assert client.asks("/out").status == 404
            together.wait(20)
            end = time.monotonic() + seconds
            while time.monotonic() < end + 0.3:
                status = client.asks().status
                answers.append((time.monotonic(), status))
                time.sleep(0.005)

    with ThreadPoolExecutor(2 * len(edges)) as pool:
        asking = [pool.submit(ask, stage) for stage in (*edges, *edges)]
        together.wait(20)
        begun = time.monotonic()
        meanwhile()
        for one in asking:
            one.result()
    # Whoever is slow at the end takes no time from the others.
    found = Counter(status for moment, status in answers if moment <= begun + seconds)
    assert set(found) == {status for _, status in answers}
    return found, seconds
