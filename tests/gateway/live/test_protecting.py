"""What keeps a service from feeling its visitors, and visitors from feeling that it is gone."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from tests.gateway.live.proxies_alone import ProxiesAlone
from tests.gateway.live.stage import Json, Stage, free_port
from tests.gateway.live.upstream import Answer, Exchange, Upstream, hang_up, reply, status

from ringwall.gateway.admin import Admin

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
        self.busy = Upstream("busy")
        self.ill = Upstream("ill")

    @property
    def all(self) -> tuple[Upstream, ...]:
        return (self.shop, self.busy, self.ill)

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
            "availability": {
                "connections": {"handshakes": 40, "read_within": "1s", "requests": 40}
            },
            "services": {
                "shop": behind(self.shop),
                "busy": behind(self.busy, circuit={"adaptive": True}),
                "ill": behind(self.ill, circuit={"admission": True}),
            },
            "routes": [
                route("open"),
                route("long", streaming=True),
                route("busy", "busy", timeout="10s", when_gone={"text": "gone"}),
                route("ill", "ill"),
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
    with ProxiesAlone(tmp_path_factory.mktemp("protecting"), services.config()) as running:
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
    out = client.post("/.ringwall/sign-out")
    assert (out.status_code, out.text) == (299, "/.ringwall/sign-out")  # Ringwall's own process
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


def large(exchange: Exchange) -> None:
    """More than any buffer on the way holds."""
    reply(exchange, 200, b"x" * 60_000_000)


def cut(stage: Stage) -> int:
    """How many connections the edge has ended while something was going on."""
    name = "http.edge.downstream_cx_destroy_active_rq"
    return int(Admin(stage.state / "run" / "edge.sock").stats(f"^{name}$")[name])


def test_who_does_not_read_is_cut_off(stage: Stage, services: Services) -> None:
    services.shop.answer = large
    before = cut(stage)
    request = b"GET /long/x HTTP/1.1\r\nhost: app.localhost\r\n\r\n"
    with tls_connection(stage) as stalled, tls_connection(stage) as slow:
        stalled.sendall(request)
        slow.sendall(request)
        begun = time.monotonic()
        while cut(stage) == before:
            assert time.monotonic() - begun < 8
            some_of(slow)
        # One of the two, and not the one that reads slowly but reads.
        for _ in range(10):
            some_of(slow)
        assert cut(stage) == before + 1


def some_of(answer: ssl.SSLSocket) -> None:
    """Read half a megabyte, more than the kernel needs to take more; then rest."""
    read = 0
    while read < 500_000:
        read += len(answer.recv(65536))
    time.sleep(0.1)


def test_a_connection_ends_after_so_many_requests(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    with tls_connection(stage) as one:
        one.settimeout(5)
        answers = b""
        for number in range(40):
            one.sendall(b"GET /open/x HTTP/1.1\r\nhost: app.localhost\r\n\r\n")
            while answers.count(b"shop") <= number:
                answers += one.recv(65536)
        assert answers.count(b"connection: close") == 1
        assert one.recv(65536) == b""
    assert {client.get("/open/x").status_code for _ in range(60)} == {200}  # on several
    assert services.shop.total == 100


def test_more_newcomers_than_can_be_served_are_hung_up_on(stage: Stage) -> None:
    """All names together, known or not; whoever is there already is not disturbed."""
    hellos = [hello(name) for name in ("app.localhost", "id.localhost", "unknown.localhost")]

    def come(number: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", stage.port), timeout=5) as one:
                one.sendall(hellos[number % 3])
                return bool(one.recv(1))  # the edge's own hello
        except ConnectionError:
            return False

    with stage.client(base_url=APP) as there:
        assert there.get("/open/x").status_code == 200
        begun = time.monotonic()
        with ThreadPoolExecutor(max_workers=8) as pool:
            let_in = sum(pool.map(come, range(500)))
        bucket = 2 * 40 + 40 * (time.monotonic() - begun)
        assert 0.8 * 40 < let_in <= 1.05 * bucket + 1
        assert let_in < 500
        assert there.get("/open/x").status_code == 200
    stage.wait(lambda: come(0), within=5)


def hello(name: str) -> bytes:
    """How a client begins TLS."""
    context = ssl.create_default_context()
    out = ssl.MemoryBIO()
    begun = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        begun.do_handshake()
    return out.read()


def tls_connection(stage: Stage) -> ssl.SSLSocket:
    """A connection to the edge, for HTTP/1.1, that holds little by itself."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    plain.settimeout(5)
    plain.connect(("127.0.0.1", stage.port))
    return stage.trust().wrap_socket(plain, server_hostname="app.localhost")


def test_a_service_that_gets_slow_is_given_less_at_a_time(
    stage: Stage, client: httpx.Client, services: Services
) -> None:
    """Four at a time is what it can do; what waits in it is all time lost."""
    workers = threading.BoundedSemaphore(4)

    def work(exchange: Exchange) -> None:
        with workers:
            time.sleep(0.02)
        reply(exchange, 200, b"done")

    services.busy.answer = work
    for _ in range(60):  # by which it is learned how long an answer takes
        assert client.get("/busy/x").status_code == 200
    until = time.monotonic() + 4

    def ask(_: int) -> tuple[int, int, str]:
        good = refused = 0
        told = ""
        with stage.client(base_url=APP) as one:
            while time.monotonic() < until:
                answer = one.get("/busy/x")
                good += answer.status_code == 200
                if answer.status_code == 503:
                    refused, told = refused + 1, answer.text + answer.headers["retry-after"]
                    time.sleep(0.2)
        return good, refused, told

    with ThreadPoolExecutor(max_workers=40) as pool:
        found = list(pool.map(ask, range(40)))
    assert sum(good for good, *_ in found) > 100
    assert sum(refused for _, refused, _ in found) > 20
    assert {told for *_, told in found if told} == {"503 Service Unavailable\n1"}  # not "gone"
    assert stage.is_ready()  # its health was found good all the time
    assert client.get("/busy/x").status_code == 200


def test_a_service_that_fails_is_not_asked_for_everything(
    client: httpx.Client, services: Services
) -> None:
    services.ill.answer = status(500)
    codes = [client.get("/ill/x").status_code for _ in range(300)]
    assert set(codes) == {500, 503}
    assert 0.2 * 300 < services.ill.total < 0.9 * 300
    services.ill.answer = named(services.ill)
    last: list[int] = []
    begun = time.monotonic()
    while last != [200] * 50:
        assert time.monotonic() - begun < 20
        last = [*last[-49:], client.get("/ill/x").status_code]
        time.sleep(0.01)
