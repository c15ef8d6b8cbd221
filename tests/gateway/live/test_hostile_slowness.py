"""Clients that are slow on purpose, or hold on to connections: cut off in time."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import pytest
from hyperframe.frame import HeadersFrame
from tests.gateway.live import floods
from tests.gateway.live.bystander import Bystander
from tests.gateway.live.hostile import HostileStage, hostile_stage
from tests.gateway.live.hostile_crafting import TE, get, post
from tests.gateway.live.proxies_alone import ProxiesAlone
from tests.gateway.live.stage import Stage
from tests.gateway.live.wire import connect
from tests.gateway.live.wire2 import Http2

pytestmark = pytest.mark.e2e

CONNECTIONS: Final = 40
LATEST_S: Final = 9.0
"""Every time-out is at most 1.5 s, and the edge lingers 1 s before it closes; a connection that was
used has 5 s more, to end what it may be beginning when it is told."""

Slow = Callable[[Stage], bytes]

REQUEST: Final = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "app.localhost"),
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileStage]:
    names = ("header_timeout", "request_timeout", "stream_idle", "handshake_timeout")
    limits = {**dict.fromkeys(names, "1s"), "connection_idle": "1.5s", "connections": CONNECTIONS}
    folder = tmp_path_factory.mktemp("slow")
    with hostile_stage(folder, route={"idle_timeout": "1s"}, limits=limits) as running:
        yield running


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileStage]:
    """An edge for few connections, which stay: all of them have to be made before one is used.

    Without a sentry, which would have those that are idle ended once most are taken.
    """
    limits = {"connections": CONNECTIONS}
    folder = tmp_path_factory.mktemp("few")
    with hostile_stage(folder, kind=ProxiesAlone, limits=limits) as running:
        yield running


def _until_cut(sock: socket.socket, trickle: bytes = b"") -> bytes:
    """Read until the other end closes, sending a little now and then; what came is returned."""
    begun, received = time.monotonic(), b""
    sock.settimeout(0.15)
    while time.monotonic() - begun < LATEST_S:
        with contextlib.suppress(OSError):
            sock.sendall(trickle)
        try:
            data = sock.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            return received
        if not data:
            return received
        received += data
    pytest.fail(f"not cut off within {LATEST_S:.0f} s; received {received[:100]!r}")


def _speaking(data: bytes, trickle: bytes = b"", *, alpn: str = "http/1.1") -> Slow:
    def slow(stage: Stage) -> bytes:
        with connect(stage, alpn=(alpn,)) as tls:
            tls.sendall(data)
            return _until_cut(tls, trickle)

    return slow


def _silent(hello: bytes) -> Slow:
    def slow(stage: Stage) -> bytes:
        with socket.create_connection(("127.0.0.1", stage.port)) as sock:
            sock.sendall(hello)
            return _until_cut(sock)

    return slow


def _half_a_handshake(stage: Stage) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = stage.trust().wrap_bio(incoming, outgoing, server_hostname="app.localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return _silent(outgoing.read())(stage)


CUT_OFF: Final[Mapping[str, tuple[Slow, bytes]]] = {
    "a request line": (_speaking(b"G", b"E"), b"HTTP/1.1 408 "),
    "headers": (_speaking(get()[:-4], b"a"), b"HTTP/1.1 408 "),
    "a body": (_speaking(post(b"Content-Length: 1000\r\n", b""), b"a"), b"HTTP/1.1 408 "),
    "chunks": (_speaking(post(TE, b""), b"1\r\na\r\n"), b"HTTP/1.1 408 "),
    "no request": (_speaking(b""), b""),
    "no HTTP/2": (_speaking(b"", alpn="h2"), b""),
    "HTTP/2, no request": (_speaking(floods.opening(), alpn="h2"), b"\0\0"),
    "HTTP/2, half of the headers": (
        _speaking(floods.opening(HeadersFrame(1, data=b"\x82")), alpn="h2"),
        b"\0\0",
    ),
    "a request, then nothing": (_speaking(get()), b"HTTP/1.1 200 "),
    "no handshake": (_silent(b""), b""),
    "a byte of a handshake": (_silent(b"\x16"), b""),
    "half a ClientHello": (_silent(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), b""),
    "half a handshake": (_half_a_handshake, b"\x16\x03\x03"),
}
"""What is begun and never ended, a byte now and then, and how the edge's last words begin."""


@pytest.fixture(scope="module")
def last_words(hostile: HostileStage) -> dict[str, Future[bytes]]:
    """All of them at once."""
    with ThreadPoolExecutor(len(CUT_OFF)) as pool:
        return {name: pool.submit(slow, hostile.stage) for name, (slow, _) in CUT_OFF.items()}


@pytest.mark.parametrize("name", CUT_OFF)
def test_what_is_never_ended_is_cut_off(last_words: dict[str, Future[bytes]], name: str) -> None:
    words = last_words[name].result()
    assert words.startswith(CUT_OFF[name][1])
    assert bool(words) is bool(CUT_OFF[name][1])


def test_an_http2_body_that_does_not_come_is_given_up(hostile: HostileStage) -> None:
    with Http2(hostile.stage) as client:
        client.h2.send_headers(1, [(":method", "POST"), *REQUEST[1:], (":path", "/static/slow")])
        client.flush()
        client.read(LATEST_S, until=1)
    assert client.exchange.statuses == (408,) or client.resets or client.closed


def test_an_answer_that_nobody_reads_is_given_up(hostile: HostileStage) -> None:
    given_up = _idle_timeouts(hostile)
    with connect(hostile.stage) as tls:
        tls.sendall(get(b"/static/unread?size=40000000"))
        _wait_for(lambda: _idle_timeouts(hostile) == given_up + 1)
        received = 0
        with contextlib.suppress(OSError):
            while data := tls.recv(1 << 20):
                received += len(data)
    assert 0 < received < 40_000_000, "the whole answer was kept for it"


def test_http2_answers_into_closed_windows_are_given_up(hostile: HostileStage) -> None:
    with Http2(hostile.stage) as client, Bystander(hostile.stage, http2=True) as bystander:
        client.h2.update_settings({4: 0})
        for number in range(50):
            client.h2.send_headers(
                2 * number + 1,
                [*REQUEST, (":path", f"/static/unread/{number}?size=1000000")],
                end_stream=True,
            )
        client.flush()
        client.read(LATEST_S, until=50)
    assert len(client.resets) == 50 or client.closed
    bystander.check()


def test_when_connections_run_out_the_next_is_refused_and_others_go_on(few: HostileStage) -> None:
    _wait_for(lambda: _active(few) == 0)
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(few.stage)) for _ in range(CONNECTIONS)]
        for _ in range(5):
            with pytest.raises(OSError):  # noqa: PT011 - reset or closed in the handshake
                connect(few.stage, timeout=2.0)
        held[0].sendall(get(b"/static/held"))
        assert held[0].recv(65536).startswith(b"HTTP/1.1 200 ")
        assert few.admin.ready()
    _wait_for(lambda: _active(few) == 0)
    assert few.stage.get("https://app.localhost/static/again").status_code == 200


def test_connections_to_the_redirect_leave_most_for_the_edge(few: HostileStage) -> None:
    _wait_for(lambda: _active(few) == 0)
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            address = ("127.0.0.1", few.stage.redirect)
            stack.enter_context(socket.create_connection(address))
        for number in range(CONNECTIONS // 2):
            tls = stack.enter_context(connect(few.stage))
            tls.sendall(get(f"/static/{number}".encode()))
            assert tls.recv(65536).startswith(b"HTTP/1.1 200 ")


def _active(hostile: HostileStage) -> int:
    stats = hostile.admin.stats(r"^http[.](edge|redirect|unknown)[.]downstream_cx_active$")
    return sum(int(value) for value in stats.values())


def _idle_timeouts(hostile: HostileStage) -> int:
    name = "http.edge.downstream_rq_idle_timeout"
    return int(hostile.admin.stats(f"^{name}$")[name])


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LATEST_S
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.02)
