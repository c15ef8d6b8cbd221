"""What keeps a service from feeling its visitors, and visitors from feeling that it is gone."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.gateway.live.stage import Json, Stage, free_port
from tests.gateway.live.upstream import Answer, Exchange, Upstream, hang_up, reply, status

pytestmark = pytest.mark.e2e

APP = "https://app.localhost"
PAGE = "<!doctype html><title>Shop</title><p>100% of it is being worked on"


def named(one: Upstream) -> Answer:
    """The usual answer, the service's name."""
    return lambda exchange: reply(exchange, 200, one.name.encode())


class Services:
    """Every service of this file; they listen in this process, behind sidecars."""

    def __init__(self) -> None:
        self.shop = Upstream("shop")

    @property
    def all(self) -> tuple[Upstream, ...]:
        return (self.shop,)

    def config(self) -> Json:
        def behind(upstream: Upstream, **more: Any) -> Json:
            return {
                "addresses": [f"127.0.0.1:{free_port()}"],
                "owner": "tests",
                "health": {"interval": "200ms", "unhealthy_after": 1},
                "sidecar": {"app": upstream.address},
                **more,
            }

        def route(name: str, service: str = "shop", **more: Any) -> Json:
            given = {"hosts": ["app.localhost"], "path": f"/{name}/**", "sign_in": "none"}
            return {"name": name, "service": service, "timeout": "2s", **given, **more}

        list_gone = {
            "status": 200,
            "text": '{"likely": []}',
            "content_type": "application/json",
        }
        return {
            "edge": {"hosts": {"app.localhost": {}, "id.localhost": {}}},
            "identity": {"host": "id.localhost"},
            "services": {"shop": behind(self.shop)},
            "routes": [
                route("open"),
                route("plain", path="/plain/**"),
                route(
                    "closed",
                    methods=["GET", "POST"],
                    sign_in="required",
                    maintenance={
                        "until": "2030-01-01T07:00:00+01:00",
                        "text": PAGE,
                        "content_type": "text/html; charset=utf-8",
                    },
                ),
                route("shown", when_gone={"text": "closed today", "retry_after": "90s"}),
                route("likely", when_gone=list_gone),
                route("kept", methods=["GET", "POST"], cache={"query": ["page", "q"]}),
            ],
        }


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    found = Services()
    for one in found.all:
        one.start()
    try:
        yield found
    finally:
        for one in found.all:
            one.stop()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("protecting"), services.config()) as running:
        yield running.up()


@pytest.fixture
def client(stage: Stage, services: Services) -> Iterator[httpx.Client]:
    for one in services.all:
        one.seen.clear()
        one.answer = named(one)
    with stage.client(base_url=APP) as found:
        yield found


def test_what_is_worked_on_says_so_to_everybody(client: httpx.Client, services: Services) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = client.request(method, "/closed/x", headers={"sec-fetch-mode": "navigate"})
        assert answer.status_code == 503  # and nobody is sent to sign in first
        assert answer.text == ("" if method == "HEAD" else PAGE)
        assert answer.headers["retry-after"] == "Tue, 01 Jan 2030 06:00:00 GMT"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if "envoy" in name]
    assert client.request("PUT", "/closed/x").status_code == 405
    assert services.shop.total == 0


def test_maintenance_leaves_all_else_alone(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    assert client.get("/open/x").text == "shop"
    # Signing out is asked of Ringwall itself, at the very host; nobody is signed in here.
    out = client.post("/.ringwall/sign-out")
    assert out.status_code in {302, 303, 403}, out.text
    assert stage.is_ready()  # the edge finds the service healthy
    assert services.shop.seen == {"GET /open/x": 1}


@pytest.mark.parametrize(
    "sick", [status(503), status(502), status(504), hang_up], ids=["503", "502", "504", "cut"]
)
def test_a_sick_service_is_answered_for(
    client: httpx.Client, services: Services, sick: Any
) -> None:
    services.shop.answer = sick
    answer = client.get("/shown/x")
    assert (answer.status_code, answer.text) == (503, "closed today")
    assert answer.headers["retry-after"] == "90"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    other = client.get("/likely/x")
    assert (other.status_code, other.json()) == (200, {"likely": []})
    assert other.headers["content-type"] == "application/json"
    assert "retry-after" not in other.headers
    # Where nothing is said, nothing changes.
    assert client.get("/open/x").text != "closed today"


def test_a_service_that_says_more_is_left_alone(client: httpx.Client, services: Services) -> None:
    services.shop.answer = lambda exchange: reply(exchange, 503, b"my own", retry_after="7")
    answer = client.get("/shown/x")
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (503, "my own", "7")
    services.shop.answer = status(500)
    assert client.get("/shown/x").text == "the service's own words"
    services.shop.answer = status(404)
    assert client.get("/shown/x").status_code == 404


def test_a_dead_service_is_answered_for_until_it_is_back(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    services.shop.stop()
    try:
        assert {client.get("/shown/x").text for _ in range(10)} == {"closed today"}
        assert client.get("/likely/x").status_code == 200
        assert client.get("/open/x").text == "503 Service Unavailable\n"
    finally:
        services.shop.start()
    stage.wait(lambda: client.get("/shown/x").text == "shop", within=10)


def test_a_hanging_service_is_answered_for(client: httpx.Client, services: Services) -> None:
    over = threading.Event()

    def late(exchange: Exchange) -> None:
        over.wait(10)
        reply(exchange, 200, b"late")

    services.shop.answer = late
    try:
        assert client.get("/shown/x").text == "closed today"
    finally:
        over.set()


def kept(body: bytes = b"for all", **headers: str) -> Answer:
    """An answer that may be kept for a minute; as ``once`` gives it."""
    given = {"cache_control": "max-age=60", **headers}
    return lambda exchange: reply(exchange, 200, body, **given)


def at_once(stage: Stage, count: int, path: str) -> list[httpx.Response]:
    """Ask that many times at the same moment, each on a connection of its own."""
    ready = threading.Barrier(count)

    def one(_: int) -> httpx.Response:
        with stage.client(base_url=APP) as client:
            ready.wait(30)
            return client.get(path)

    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(one, range(count)))


def test_one_asks_for_all_that_want_the_same(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    def slow(exchange: Exchange) -> None:
        time.sleep(1)
        kept()(exchange)

    services.shop.answer = slow
    found = at_once(stage, 30, "/kept/cold?page=2")
    assert {(one.status_code, one.text) for one in found} == {(200, "for all")}
    assert services.shop.seen == {"GET /kept/cold?page=2": 1}
    # The edge's own headers come with what is kept too.
    again = client.get("/kept/cold?page=2")
    assert again.headers["x-content-type-options"] == "nosniff"
    assert int(again.headers["age"]) >= 0
    assert services.shop.total == 1


def test_nobody_gets_what_is_for_somebody_else(client: httpx.Client, services: Services) -> None:
    told: list[dict[str, str]] = []

    def personal(exchange: Exchange) -> None:
        told.append({name.lower(): value for name, value in exchange.headers.items()})
        kept(f"for number {len(told)}".encode(), set_cookie=f"who={len(told)}")(exchange)

    services.shop.answer = personal
    mine = {"cookie": "who=ann", "authorization": "Bearer a.b.c", "x-api-key": "k"}
    first = client.get("/kept/mine", headers=mine)
    client.cookies.clear()
    second = client.get("/kept/mine")
    assert first.text == "for number 1"
    assert second.text == "for number 2"  # what sets a cookie was not kept
    assert second.headers["set-cookie"] == "who=2"
    for one in told:  # and the service could not tell who asked
        assert not one.keys() & {"cookie", "authorization", "x-api-key", "x-forwarded-for"}
        assert not [name for name in one if name.startswith(("x-ringwall", "x-envoy"))]
    client.cookies.clear()
    services.shop.answer = kept()
    assert client.get("/kept/other", headers=mine).text == "for all"
    services.shop.answer = kept(b"changed")
    assert client.get("/kept/other").text == "for all"


@pytest.mark.parametrize(
    "given",
    [
        {"cache_control": "private, max-age=60"},
        {"cache_control": "no-store"},
        {"cache_control": ""},
        {"vary": "accept-language"},
        {"set_cookie": "a=b"},
    ],
    ids=["private", "no-store", "silent", "varies", "cookie"],
)
def test_what_the_service_does_not_give_to_all_is_not_kept(
    client: httpx.Client, services: Services, given: dict[str, str], request: Any
) -> None:
    services.shop.answer = kept(b"for all", **given)
    path = f"/kept/{request.node.callspec.id}"
    for _ in range(3):
        assert client.get(path).text == "for all"
    assert services.shop.seen == {f"GET {path}": 3}


def test_only_what_was_declared_is_kept(client: httpx.Client, services: Services) -> None:
    services.shop.answer = kept()
    for path in ("/kept/x?other=1", "/kept/x?page=1&other=1", f"/kept/x?q={'y' * 65}", "/open/x"):
        for _ in range(2):
            client.get(path)
        assert services.shop.seen.pop(f"GET {path}") == 2
    client.post("/kept/x")
    client.post("/kept/x")
    assert services.shop.seen == {"POST /kept/x": 2}
    services.shop.seen.clear()
    # Whatever a client asks of a cache, it does not make the service do it again.
    for forced in ({}, {"cache-control": "no-cache"}, {"if-none-match": '"x"'}, {"pragma": "x"}):
        assert client.get("/kept/x?q=a&page=1", headers=forced).status_code == 200
    assert client.head("/kept/x?q=a&page=1").status_code == 200
    assert services.shop.seen == {"GET /kept/x?q=a&page=1": 1}


def test_one_that_hangs_does_not_hold_up_those_who_come_later(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    over = threading.Event()

    def late(exchange: Exchange) -> None:
        over.wait(20)
        kept(b"late")(exchange)

    services.shop.answer = late
    try:
        assert {one.status_code for one in at_once(stage, 5, "/kept/hangs")} <= {503, 504, 408}
        assert services.shop.total <= 2
    finally:
        services.shop.answer = kept(b"back")
        over.set()
    stage.wait(lambda: client.get("/kept/hangs").text in {"back", "late"}, within=5)
