"""Connections that come too fast, are not read from, or last too long."""

import contextlib
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.gateway.live.protecting.scene import APP, Services
from tests.gateway.live.stage import Stage
from tests.gateway.live.upstream import Exchange, reply
from tests.gateway.live.wire import connect

from ringwall.gateway.admin import Admin

pytestmark = pytest.mark.e2e


def test_who_does_not_read_is_cut_off(stage: Stage, services: Services) -> None:
    services.shop.answer = large
    before = cut(stage)
    request = b"GET /long/x HTTP/1.1\r\nhost: app.localhost\r\n\r\n"
    with tls_connection(stage) as stalled, tls_connection(stage) as slow:
        stalled.sendall(request)
        slow.sendall(request)
        begun = time.monotonic()
        while cut(stage) == before:
            assert time.monotonic() - begun < 20
            some_of(slow)
        # One of the two, and not the one that reads slowly but reads.
        for _ in range(10):
            some_of(slow)
        assert cut(stage) == before + 1


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


@pytest.mark.alone
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
    time.sleep(2)  # until the bucket is full again: others have the same stage


def tls_connection(stage: Stage) -> ssl.SSLSocket:
    """A connection to the edge, for HTTP/1.1, that holds little by itself."""
    return connect(stage, holds=65536)


def hello(name: str) -> bytes:
    """How a client begins TLS."""
    context = ssl.create_default_context()
    out = ssl.MemoryBIO()
    begun = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        begun.do_handshake()
    return out.read()


def some_of(answer: ssl.SSLSocket) -> None:
    """Read half a megabyte, more than the kernel needs to take more; then rest."""
    read = 0
    while read < 500_000:
        read += len(answer.recv(65536))
    time.sleep(0.1)


def large(exchange: Exchange) -> None:
    """More than any buffer on the way holds."""
    reply(exchange, 200, b"x" * 60_000_000)


def cut(stage: Stage) -> int:
    """How many connections the edge has ended while something was going on."""
    name = "http.edge.downstream_cx_destroy_active_rq"
    return int(Admin(stage.state / "run" / "edge.sock").stats(f"^{name}$")[name])
