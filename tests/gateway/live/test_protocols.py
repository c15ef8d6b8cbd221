"""Whatever a service speaks passes the edge and the sidecars, whole and in time."""

import gzip
import json
import queue
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import grpc
import h2.events
import h2.exceptions
import httpx
import pytest
from tests.gateway.live import wire
from tests.gateway.live.grpc_service import GrpcService
from tests.gateway.live.http2_service import Http2Service
from tests.gateway.live.stage import Json, Stage, echo_service, header
from tests.gateway.live.upstream import Exchange, Upstream, hang_up, reply
from tests.gateway.live.wire2 import Http2
from tests.ports import free_port
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

pytestmark = pytest.mark.e2e

APP = "https://app.localhost"
MIB = 1024**2
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Services:
    """Every service of this file, each behind a sidecar."""

    def __init__(self) -> None:
        self.plain, self.http2, self.grpc = Upstream(), Http2Service(), GrpcService()

    def config(self) -> Json:
        def behind(address: str, **more: Any) -> Json:
            return {
                "addresses": [f"127.0.0.1:{free_port()}"],
                "owner": "tests",
                "health": None,
                "sidecar": {"app": address},
                **more,
            }

        def route(name: str, path: str, service: str, **more: Any) -> Json:
            given = {"hosts": ["app.localhost"], "methods": ALL, "timeout": "10s"}
            return {"name": name, "path": path, "service": service, **given, **more}

        return {
            "edge": {
                "hosts": {"app.localhost": {}, "strict.localhost": {}},
                "limits": {"stream_idle": "1s"},
            },
            "services": {
                "echo": echo_service(),
                "plain": behind(self.plain.address),
                "two": behind(self.http2.address, protocol="http2"),
                "words": behind(self.grpc.address, protocol="grpc", health={"interval": "1s"}),
            },
            "routes": [
                route("all", "/**", "echo"),
                route("plain", "/plain/**", "plain", timeout="30s"),
                route("two", "/two/**", "two"),
                route("words", "/tests.Words/{method}", "words", methods=["POST"]),
                route(
                    "tell",
                    "/tests.Words/Tell",
                    "words",
                    methods=["POST"],
                    streaming=True,
                    timeout="2s",
                ),
                route(
                    "count",
                    "/tests.Words/Count",
                    "words",
                    methods=["POST"],
                    streaming=True,
                    timeout="2s",
                ),
                route(
                    "talk",
                    "/tests.Words/Converse",
                    "words",
                    methods=["POST"],
                    streaming=True,
                    timeout="2s",
                    body_limit="8MiB",
                ),
                route("events", "/events", "plain", streaming=True, timeout="500ms"),
                route("cut", "/events", "plain", timeout="2s", hosts=["strict.localhost"]),
                route("chat", "/chat", "echo", websocket=True, timeout="500ms", body_limit="1KiB"),
                route("big", "/big/**", "echo", body_limit="64MiB", timeout="30s"),
                route("limited", "/limited", "echo", body_limit="20KiB"),
                route("patient", "/slow/{ms}", "echo", timeout="10s"),
            ],
        }


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    found = Services()
    with ExitStack() as held:
        for one in (found.plain, found.http2, found.grpc):
            held.enter_context(one)
        yield found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, services: Services) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("protocols"), services.config()) as running:
        yield running.up()


@pytest.fixture(params=[False, True], ids=["http1", "http2"])
def client(stage: Stage, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with stage.client(http2=request.param, base_url=APP) as client:
        yield client


def _chunks(size: int, chunk: int = 64 * 1024) -> Iterator[bytes]:
    for at in range(0, size, chunk):
        yield b"x" * min(chunk, size - at)


def _peak_rss(stage: Stage, *names: str) -> dict[str, int]:
    """The most memory each process has ever held, in bytes."""
    found = {}
    for name in names:
        text = Path(f"/proc/{stage.pid(name)}/status").read_text()
        match = re.search(r"VmHWM:\s+(\d+) kB", text)
        assert match is not None
        found[name] = int(match[1]) * 1024
    return found


def test_every_method_passes(client: httpx.Client) -> None:
    for method in ALL:
        told = client.request(method, "/x", content=b"abc" if method != "GET" else None).json()
        assert told["method"] == method
        assert told["body_bytes"] == (0 if method == "GET" else 3)
    with_body = client.get("/x")
    without = client.head("/x")
    assert without.status_code == 200
    assert without.content == b""
    assert abs(int(without.headers["content-length"]) - len(with_body.content)) < 20


def test_http2_goes_all_the_way_with_trailers_both_ways(stage: Stage) -> None:
    class WithTrailers(Http2):
        trailers: tuple[Any, ...] = ()

        def _note(self, event: h2.events.Event) -> None:
            if isinstance(event, h2.events.TrailersReceived):
                self.trailers = tuple(event.headers or ())
            super()._note(event)

    fields = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "app.localhost"),
        (":path", "/two/x"),
    ]
    with WithTrailers(stage) as connection:
        connection.request(fields, b"abc", [("x-sum", "123")])
        connection.read(15, until=1)
        (answer,) = connection.answers
        trailers = connection.trailers
    told = json.loads(answer.body)
    assert answer.status == 200
    assert ["x-sum", "123"] in told["trailers"]
    assert told["body_bytes"] == 3
    assert [[str(n), str(v)] for n, v in trailers] == [["x-checked", "yes"]]
    assert answer.values("server") == []


def test_trailers_of_http1_are_left_behind(stage: Stage) -> None:
    request = (
        b"POST /x HTTP/1.1\r\nhost: app.localhost\r\ntransfer-encoding: chunked\r\n"
        b"trailer: x-sum\r\n\r\n3\r\nabc\r\n0\r\nx-sum: 1\r\nhost: evil\r\n\r\n"
        b"GET /second HTTP/1.1\r\nhost: app.localhost\r\n\r\n"
    )
    found = wire.converse(stage, request, answers=2)
    told = [json.loads(answer.body) for answer in found.answers]
    assert [one["path"] for one in told] == ["/x", "/second"]
    assert told[0]["body_bytes"] == 3
    assert header(told[0], "x-sum") == []
    assert header(told[0], "host") == ["app.localhost"]


def test_a_client_that_asks_first_is_told_to_go_on(stage: Stage) -> None:
    with wire.connect(stage) as tls:
        head = b"POST /x HTTP/1.1\r\nhost: app.localhost\r\ncontent-length: 3\r\n"
        tls.sendall(head + b"expect: 100-continue\r\n\r\n")
        assert tls.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        tls.sendall(b"abc")
        answer = b""
        while b'"requests"' not in answer:
            answer += tls.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"body_bytes":3' in answer


def test_compression_is_left_alone(client: httpx.Client, services: Services) -> None:
    packed = gzip.compress(b"words " * 1000)
    asked: list[str] = []

    def answer(exchange: Exchange) -> None:
        asked.append(exchange.headers["accept-encoding"])
        reply(exchange, 200, packed, content_encoding="gzip", etag='"1"', vary="accept-encoding")

    services.plain.answer = answer
    with client.stream("GET", "/plain/x", headers={"accept-encoding": "gzip, br"}) as found:
        raw = b"".join(found.iter_raw())
    assert raw == packed
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["etag"] == '"1"'
    assert found.headers["content-length"] == str(len(packed))
    assert asked == ["gzip, br"]


def test_events_arrive_one_by_one_and_outlast_the_time_out(
    client: httpx.Client, services: Services
) -> None:
    """None is sent before the one before was heard, however late who hears it gets to it."""
    heard, arrivals = threading.Semaphore(0), list[tuple[float, str]]()

    def tell(exchange: Exchange) -> None:
        exchange.send_response_only(200)
        exchange.send_header("content-type", "text/event-stream")
        exchange.send_header("transfer-encoding", "chunked")
        exchange.end_headers()
        for number in range(20):
            event = f"data: {number}\n\n".encode()
            exchange.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            if not heard.acquire(timeout=10):
                hang_up(exchange)
                return
            time.sleep(0.05)
        exchange.wfile.write(b"0\r\n\r\n")

    services.plain.answer = tell
    with client.stream("GET", "/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line:
                arrivals.append((time.monotonic(), line))
                heard.release()
    assert [line for _, line in arrivals] == [f"data: {n}" for n in range(20)]
    times = [at for at, _ in arrivals]
    assert times[-1] - times[0] > 0.8, "they came together"
    assert len({round(at, 2) for at in times}) > 15
    # The same service on a route that does not stream is cut off.
    with (
        client.stream("GET", "https://strict.localhost/events") as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        answer.read()


def test_an_answer_may_take_as_long_as_its_route_says(client: httpx.Client) -> None:
    # Longer than streams may idle (1 s), shorter than the route's time-out (10 s).
    assert client.get("/slow/1800").status_code == 200


def test_large_bodies_stream_through_without_filling_memory(
    stage: Stage, services: Services
) -> None:
    size, names = 50 * MIB, ("edge", "sidecar-echo", "sidecar-plain")
    before = _peak_rss(stage, *names)
    with stage.client(http2=True) as client:
        uploaded = client.post(f"{APP}/big/upload", content=_chunks(size))
    assert uploaded.json()["body_bytes"] == size

    sent = threading.Event()

    def answer(exchange: Exchange) -> None:
        exchange.send_response_only(200)
        exchange.send_header("content-length", str(size))
        exchange.end_headers()
        for chunk in _chunks(size):
            exchange.wfile.write(chunk)
        sent.set()

    services.plain.answer = answer
    received = 0
    with stage.client() as client, client.stream("GET", f"{APP}/plain/download") as found:
        chunks = found.iter_raw()
        received += len(next(chunks))
        # Nobody reads: the service must be made to wait, not be read into memory.
        assert not sent.wait(0.7)
        received += sum(len(chunk) for chunk in chunks)
    assert received == size
    assert sent.is_set()
    after = _peak_rss(stage, *names)
    grown = {name: (after[name] - before[name]) // MIB for name in names}
    assert max(grown.values()) < 25, grown


def test_body_limits_hold_to_the_byte(client: httpx.Client) -> None:
    limit = 20 * 1024  # all sizes below a HTTP/2 window: this client cannot be answered early
    for size, status in ((limit, 200), (limit + 1, 413), (3 * limit, 413)):
        for content in (b"x" * size, _chunks(size, 10_000)):
            answer = client.post("/limited", content=content)
            assert answer.status_code == status
            if status == 200:
                assert answer.json()["body_bytes"] == size
            else:
                assert answer.text == "413 Content Too Large\n"
                assert answer.headers["x-content-type-options"] == "nosniff"


def test_websockets_pass_at_any_length_and_for_any_time(stage: Stage) -> None:
    with _chat(stage) as chat:
        chat.send("hello")
        assert chat.recv(15) == "hello"
        assert chat.ping().wait(15)
        large = "long " * (MIB // 5)
        # More than the route's body limit (1 KiB), for longer than its time-out (0.5 s).
        for _ in range(3):
            chat.send(large)
            assert chat.recv(15) == large
            time.sleep(0.25)
        chat.send("still there")
        assert chat.recv(15) == "still there"
    with pytest.raises(InvalidStatus) as refused, _chat(stage, "/x"):
        pass
    assert refused.value.response.status_code in {403, 404}
    # What is no upgrade has the route's limits.
    head = b"POST /chat HTTP/1.1\r\nhost: app.localhost\r\nupgrade: websocket\r\n"
    found = wire.converse(stage, head + b"content-length: 2000\r\n\r\n" + b"x" * 2000)
    assert found.statuses == (413,)
    head = b"GET /chat HTTP/1.1\r\nhost: app.localhost\r\nupgrade: websocket\r\n"
    found = wire.converse(stage, head + b"content-length: 2000\r\n\r\n" + b"x" * 2000)
    assert found.statuses == (413,)


def _chat(stage: Stage, path: str = "/chat") -> ClientConnection:
    plain = socket.create_connection(("127.0.0.1", stage.port), timeout=5)
    plain.settimeout(None)
    return connect(
        f"wss://app.localhost{path}", sock=plain, ssl=stage.trust(), server_hostname="app.localhost"
    )


@pytest.fixture
def channel(stage: Stage) -> Iterator[grpc.Channel]:
    roots = (stage.state / "pki" / "edge" / "trust.pem").read_bytes()
    options = [
        ("grpc.ssl_target_name_override", "app.localhost"),
        ("grpc.default_authority", "app.localhost"),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    trust = grpc.ssl_channel_credentials(roots)
    with grpc.secure_channel(f"127.0.0.1:{stage.port}", trust, options) as made:
        yield made


def test_grpc_passes_in_all_its_forms(channel: grpc.Channel, services: Services) -> None:
    echo = channel.unary_unary("/tests.Words/Echo")
    answer, call = echo.with_call(b"hello", metadata=[("x-asked", "this")], timeout=15)
    assert answer == b"hello"
    assert ("x-given", "this") in call.initial_metadata()
    assert ("x-bytes", "5") in call.trailing_metadata()
    assert call.code() is grpc.StatusCode.OK

    arrivals = list[tuple[bytes, float]]()
    for one in channel.unary_stream("/tests.Words/Tell")(b"10", timeout=20):
        arrivals.append((one, time.monotonic()))
        services.grpc.heard.release()
    assert [one for one, _ in arrivals] == [str(n).encode() for n in range(10)]
    assert arrivals[-1][1] - arrivals[0][1] > 0.3

    gathered = channel.stream_unary("/tests.Words/Gather")(_chunks(500_000), timeout=15)
    assert gathered == b"500000"


def test_a_grpc_conversation_goes_on_longer_than_its_routes_time_out(
    channel: grpc.Channel,
) -> None:
    said: queue.Queue[bytes | None] = queue.Queue()
    answers = channel.stream_stream("/tests.Words/Converse")(iter(said.get, None), timeout=20)
    for number in range(6):
        word = str(number).encode() * 100_000
        said.put(word)
        assert next(answers) == b"heard " + word
        time.sleep(0.45)
    said.put(None)
    assert list(answers) == []
    assert answers.code() is grpc.StatusCode.OK


def test_grpc_errors_keep_their_meaning(channel: grpc.Channel) -> None:
    def code_of(method: str, request: bytes, **more: Any) -> tuple[grpc.StatusCode, str]:
        with pytest.raises(grpc.RpcError) as caught:
            channel.unary_unary(method)(request, timeout=15, **more)
        return caught.value.code(), caught.value.details()

    assert code_of("/tests.Words/Refuse", b"") == (
        grpc.StatusCode.FAILED_PRECONDITION,
        "not today",
    )
    assert code_of("/tests.Words/Missing", b"")[0] is grpc.StatusCode.UNIMPLEMENTED
    assert code_of("/elsewhere.Words/Echo", b"")[0] is not grpc.StatusCode.OK
    too_long = code_of("/tests.Words/Echo", b"x" * (MIB + 100))
    assert too_long[0] in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNKNOWN}


def test_one_clients_resets_do_not_end_the_streams_of_others(
    stage: Stage, channel: grpc.Channel
) -> None:
    count = channel.unary_stream("/tests.Words/Count")(b"80", timeout=30)
    heard = [next(count)]
    fields = [
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "app.localhost"),
        (":path", "/tests.Words/Echo"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]
    for _ in range(10):
        with Http2(stage) as attacker:
            streams = []
            for _ in range(80):
                stream = attacker.h2.get_next_available_stream_id()
                attacker.h2.send_headers(stream, fields)
                streams.append(stream)
            attacker.flush()
            attacker.read(0.08)
            for stream in streams:
                with suppress(h2.exceptions.StreamClosedError):  # answered already
                    attacker.h2.reset_stream(stream)
            attacker.flush()
            attacker.read(0.05)
    heard += list(count)
    assert heard == [str(n).encode() for n in range(80)]
    assert count.code() is grpc.StatusCode.OK
