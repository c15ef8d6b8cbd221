"""Services that are slow, sick, dead or reborn: what their clients notice of it."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from tests.gateway.live.stage import Json, Stage
from tests.gateway.live.upstream import Answer, Exchange, Upstream, hang_up, reply, status
from tests.ports import free_port

from ringwall.gateway.admin import Admin

pytestmark = pytest.mark.e2e

APP = "https://app.localhost"
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PLAIN = {
    503: "503 Service Unavailable\n",
    504: "504 Gateway Timeout\n",
    502: "502 Bad Gateway\n",
}


class Services:
    """Every service of this file; they listen in this process, in plain text."""

    def __init__(self) -> None:
        self.one = Upstream("one")
        self.few = Upstream("few")
        self.many = Upstream("many")
        self.pair = (Upstream("left"), Upstream("right"))
        self.outliers = (Upstream("left"), Upstream("right"))
        self.late = Upstream("late", port=free_port())
        self.inner = Upstream("inner")

    @property
    def all(self) -> tuple[Upstream, ...]:
        return (self.one, self.few, self.many, *self.pair, *self.outliers, self.inner)

    def config(self) -> Json:
        def plain(*upstreams: Upstream, **more: Any) -> Json:
            addresses = [upstream.address for upstream in upstreams]
            given = {"owner": "tests", "tls": "none", "health": None}
            return {"addresses": addresses, **given, **more}

        def route(name: str, **more: Any) -> Json:
            given = {"hosts": ["app.localhost"], "methods": ALL, "path": f"/{name}/**"}
            return {"name": name, "service": name, "timeout": "5s", **given, **more}

        # Who is dead or says that it is sick is known at once; the time is for a busy machine.
        health = {"interval": "500ms", "timeout": "5s", "unhealthy_after": 2}
        return {
            "edge": {"hosts": {"app.localhost": {}}},
            "services": {
                "one": plain(self.one),
                "few": plain(
                    self.few,
                    circuit={"connections": 2, "pending": 2, "retry_budget_percent": 20},
                ),
                "many": plain(
                    self.many,
                    circuit={"connections": 32, "pending": 32, "retry_budget_percent": 20},
                ),
                "pair": plain(*self.pair, health=health),
                "outliers": plain(*self.outliers),
                "late": plain(self.late, health=health),
                "nobody": {
                    "addresses": [f"127.0.0.1:{free_port()}"],
                    "owner": "tests",
                    "health": None,
                    "sidecar": {"app": f"127.0.0.1:{free_port()}"},
                },
                "inner": {
                    "addresses": [f"127.0.0.1:{free_port()}"],
                    "owner": "tests",
                    "health": None,
                    "sidecar": {"app": self.inner.address},
                },
            },
            "routes": [
                route("one"),
                route("slow", service="one", timeout="500ms"),
                route("again", service="one", retries={"attempts": 2}),
                route(
                    "impatient",
                    service="one",
                    timeout="15s",
                    retries={"attempts": 1, "per_try": "1.5s", "on": ["gateway-error", "5xx"]},
                ),
                route("never", service="one", retries={"attempts": 0}),
                route("few"),
                route("insistent", service="many", timeout="20s", retries={"attempts": 5}),
                route("pair"),
                route("outliers"),
                route("late", timeout="1s"),
                route("nobody"),
                route("inner", retries={"attempts": 2}),
            ],
        }


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    found = Services()
    with ExitStack() as held:
        for one in found.all:
            held.enter_context(one)
        yield found
        found.late.stop()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("upstreams"), services.config()) as running:
        # Started late, so that the edge finds it healthy and `up` waits for nobody.
        with services.late:
            running.up()
        yield running


@pytest.fixture(scope="module")
def client(stage: Stage) -> Iterator[httpx.Client]:
    with stage.client(base_url=APP) as client:
        yield client


@pytest.fixture(autouse=True)
def _well_again(services: Services) -> None:
    """Every service answers with its name."""
    for one in services.all:
        one.answer, one.health = _name(one), status(200)
        one.seen.clear()


def _name(one: Upstream) -> Answer:
    return lambda exchange: reply(exchange, 200, one.name.encode())


def _sleep(seconds: float, then: Answer) -> Answer:
    def answer(exchange: Exchange) -> None:
        time.sleep(seconds)
        then(exchange)

    return answer


def _wait(condition: Callable[[], bool], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _ask(stage: Stage, path: str, count: int, method: str = "GET") -> Counter[tuple[int, str]]:
    """Ask many at the same time, each on a connection of its own."""
    ready = threading.Barrier(count)

    def one(_: int) -> tuple[int, str]:
        with stage.client() as client:
            ready.wait(30)  # to make a client takes longer than an answer does
            answer = client.request(method, APP + path)
            return answer.status_code, answer.text

    with ThreadPoolExecutor(max_workers=count) as pool:
        return Counter(pool.map(one, range(count)))


def test_a_slow_service_is_given_up_in_plain_words(
    client: httpx.Client, services: Services
) -> None:
    services.one.answer = _sleep(3.0, _name(services.one))
    begun = time.monotonic()
    answer = client.post("/slow/x")
    assert (answer.status_code, answer.text) == (504, PLAIN[504])
    assert 0.4 < time.monotonic() - begun < 2.5
    assert answer.headers["x-content-type-options"] == "nosniff"
    _wait(lambda: services.one.total > 0)  # it runs beside this
    assert services.one.total == 1


@pytest.mark.parametrize("path", ["/late/x", "/nobody/x"])
def test_nobody_at_the_address_is_told_in_plain_words(client: httpx.Client, path: str) -> None:
    """At the address itself, and behind the sidecar."""
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (503, PLAIN[503])
    assert not [name for name in answer.headers if "envoy" in name]


def test_a_service_that_hangs_up_is_told_in_plain_words(
    client: httpx.Client, services: Services
) -> None:
    for one, path in ((services.one, "/one/x"), (services.inner, "/inner/x")):
        one.answer = hang_up
        answer = client.post(path)
        assert answer.status_code in {502, 503}
        assert answer.text == PLAIN[answer.status_code]
        assert one.seen == {f"POST {path}": 1}


def test_what_is_safe_to_repeat_is_repeated_and_nothing_else(
    client: httpx.Client, services: Services
) -> None:
    for failing in (status(503), hang_up):
        services.one.answer = failing
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"):
            services.one.seen.clear()
            assert client.request(method, "/again/x", content=b"").status_code in {502, 503}
            tries = 1 if method in {"POST", "PATCH"} else 3
            assert services.one.total == tries, (method, failing)
    # Another failure than the configured ones is the service's answer.
    services.one.answer = status(500)
    services.one.seen.clear()
    answer = client.get("/again/x")
    assert (answer.status_code, answer.text) == (500, "the service's own words")
    assert services.one.total == 1
    # Without retries, nothing that reached the service is sent again.
    for path in ("/one/x", "/never/x"):
        for failing in (status(503), hang_up):
            services.one.answer = failing
            services.one.seen.clear()
            assert client.get(path).status_code in {502, 503}
            assert services.one.total == 1


def test_a_retry_helps(client: httpx.Client, services: Services) -> None:
    def answer_at_second(exchange: Exchange) -> None:
        (status(503) if services.one.total % 2 else _name(services.one))(exchange)

    services.one.answer = answer_at_second
    assert client.put("/again/x", content=b"abc").text == "one"
    assert services.one.seen == {"PUT /again/x": 2}


def test_a_try_has_its_own_time_out(client: httpx.Client, services: Services) -> None:
    over = threading.Event()

    def slow_at_first(exchange: Exchange) -> None:
        if services.one.total == 1:
            over.wait(30)
        reply(exchange, 200, b"one")

    services.one.answer = slow_at_first
    begun = time.monotonic()
    try:
        assert client.get("/impatient/x").text == "one"
    finally:
        over.set()
    assert 1.4 < time.monotonic() - begun < 10.0
    assert services.one.total == 2


def test_retries_keep_to_their_budget(stage: Stage, services: Services) -> None:
    # All first tries end at one moment, so that all come to want another then.
    together = threading.Barrier(20)

    def end_together(exchange: Exchange) -> None:
        if services.many.total <= 20:
            with suppress(threading.BrokenBarrierError):
                together.wait(timeout=15)
        status(503)(exchange)

    services.many.answer = end_together
    found = _ask(stage, "/insistent/x", 20)
    assert {code for code, _ in found} == {503}
    assert not together.broken, "all came to the service at once"
    # Six tries each would be 120; the budget allows three retries at a time and a fifth more.
    assert services.many.total < 90
    overflow = Admin(stage.state / "run" / "edge.sock").stats(
        r"^cluster\.many\.upstream_rq_retry_overflow$"
    )
    assert sum(int(value) for value in overflow.values()) > 0


def test_a_full_service_is_not_queued_for_and_recovers(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    services.few.answer = _sleep(1.0, _name(services.few))
    begun = time.monotonic()
    found = _ask(stage, "/few/x", 16)
    refused = found[503, PLAIN[503]]
    assert found[200, "few"] + refused == 16, found
    assert refused >= 8
    assert services.few.total == found[200, "few"]
    assert time.monotonic() - begun < 5
    services.few.answer = _name(services.few)
    assert [client.get("/few/x").text for _ in range(5)] == ["few"] * 5


def test_the_death_of_one_address_of_two_is_not_noticed(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    left, right = services.pair
    for _ in range(20):
        client.get("/pair/x")
    assert left.total > 5
    assert right.total > 5
    left.stop()
    try:
        answers = [client.get("/pair/x") for _ in range(40)]
        answers += [client.post("/pair/x") for _ in range(10)]
        assert {(one.status_code, one.text) for one in answers} == {(200, "right")}
        _wait(lambda: len(_unhealthy(stage, "pair")) == 1)
    finally:
        left.start()
    _wait(lambda: not _unhealthy(stage, "pair"))
    left.seen.clear()
    for _ in range(20):
        client.get("/pair/x")
    assert left.total > 5


def test_an_address_that_says_it_is_sick_gets_no_requests(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    left, right = services.pair
    left.health = status(503)
    _wait(lambda: len(_unhealthy(stage, "pair")) == 1)
    left.seen.clear()
    assert {client.get("/pair/x").text for _ in range(20)} == {"right"}
    assert left.total == 0
    left.health = status(200)
    _wait(lambda: not _unhealthy(stage, "pair"))
    assert {client.get("/pair/x").text for _ in range(20)} == {"left", "right"}
    # With none left that says it is well, there is nothing to lose by trying.
    left.health = right.health = status(503)
    _wait(lambda: len(_unhealthy(stage, "pair")) == 2)
    assert {client.get("/pair/x").text for _ in range(20)} == {"left", "right"}


def test_an_address_that_only_fails_is_left_out_for_a_while(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    left, _ = services.outliers
    left.answer = status(503)
    codes = [client.get("/outliers/x").status_code for _ in range(40)]
    failed = codes.count(503)
    # Five in a row from one address and it rests; its requests go to the other.
    assert 0 < failed <= 7
    assert set(codes[-10:]) == {200}
    assert len(_unhealthy(stage, "outliers")) == 1
    left.answer = _name(left)
    _wait(lambda: not _unhealthy(stage, "outliers"), within=30)
    assert {client.get("/outliers/x").text for _ in range(20)} == {"left", "right"}


def test_the_only_address_is_never_left_out(client: httpx.Client, services: Services) -> None:
    services.one.answer = status(503)
    assert {client.get("/one/x").status_code for _ in range(30)} == {503}
    services.one.answer = hang_up
    assert {client.get("/one/x").status_code for _ in range(30)} <= {502, 503}
    services.one.answer = _name(services.one)
    assert client.get("/one/x").text == "one"


def test_a_service_that_comes_late_is_found(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    assert client.get("/late/x").status_code == 503
    with services.late:
        services.late.answer = _name(services.late)
        _wait(lambda: client.get("/late/x").status_code == 200)
    assert client.get("/late/x").status_code == 503


def _unhealthy(stage: Stage, service: str) -> list[str]:
    found = Admin(stage.state / "run" / "edge.sock").upstreams()
    return [one.address for one in found if one.cluster == service and not one.healthy]
