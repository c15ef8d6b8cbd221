"""A server that turns everybody away, with TLS: how long we stay away, and what we say."""

import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.gateway.certificates.acme_client import AcmeClient
from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.challenges import FolderPublisher
from ringwall.gateway.certificates.profiles import EDGE, make_host_leaf, make_root
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import Acme


@dataclass
class Answers:
    """What every request is answered with, and how many there were."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    asked: int = 0


@dataclass
class Closed:
    """The server, and a client of it."""

    answers: Answers
    client: AcmeClient
    clock: HeldClock


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Closed]:
    answers = Answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers.asked += 1
            self.send_response(answers.status)
            for name, value in answers.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answers.body)))
            self.end_headers()
            self.wfile.write(answers.body)

        def log_message(self, *_: object) -> None:
            pass

    now = datetime.now(UTC)
    root = make_root(EDGE, now=now)
    leaf = make_host_leaf(ip_address("127.0.0.1"), root, now=now)
    (tmp_path / "root.pem").write_bytes(pem(root.certificate))
    (tmp_path / "leaf.pem").write_bytes(pem(leaf.certificate) + key_pem(leaf.key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "leaf.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    clock = HeldClock(now)
    settings = Acme(
        directory=f"https://127.0.0.1:{server.server_port}/directory",
        terms_accepted=True,
        trusted_roots=str(tmp_path / "root.pem"),
    )
    client = AcmeClient(
        tmp_path / "state",
        settings,
        store=CertificateStore(tmp_path / "state", clock=clock),
        publisher=FolderPublisher(tmp_path / "challenges"),
        clock=clock,
    )
    try:
        yield Closed(answers, client, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_retry_after_is_honoured_and_the_words_are_kept(closed: Closed) -> None:
    limited = {"type": "urn:ietf:params:acme:error:rateLimited", "detail": "Come back tomorrow"}
    closed.answers.status = 429
    closed.answers.headers = {"Retry-After": "172800", "Content-Type": "application/problem+json"}
    closed.answers.body = json.dumps(limited).encode()
    renewal = closed.client.renew("shop.example", "http-01")
    assert "Come back tomorrow (urn:ietf:params:acme:error:rateLimited)" in renewal.problem
    assert renewal.again_at == closed.clock.now() + timedelta(days=2)
    asked = closed.answers.asked
    closed.clock.step(days=1, hours=23)
    waiting = closed.client.renew("shop.example", "http-01")
    assert renewal.tried
    assert waiting == replace(renewal, tried=False)
    assert closed.answers.asked == asked
    closed.clock.step(hours=2)
    closed.client.renew("shop.example", "http-01")
    assert closed.answers.asked > asked


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (503, b"down for maintenance", "an answer that is not ACME's"),
        (200, b"<html>", "an answer that is not ACME's"),
        (200, b"{}", "is no ACME directory"),
        (200, b'{"newNonce": "http://127.0.0.1/"}', "is no ACME directory"),
        (200, b"[]", "an answer that is not ACME's"),
        (200, b"5", "an answer that is not ACME's"),
        (400, b"5", "an answer that is not ACME's"),
        (400, b"[1]", "the ACME server says: no reason given"),
    ],
)
def test_what_is_no_acme_server_is_said_so(
    closed: Closed, status: int, body: bytes, message: str
) -> None:
    closed.answers.status, closed.answers.body = status, body
    closed.answers.headers = {"Content-Type": "application/json", "Retry-After": "60"}
    renewal = closed.client.renew("shop.example", "http-01")
    assert message in renewal.problem
    assert renewal.again_at is not None
    assert renewal.again_at >= closed.clock.now() + timedelta(hours=1)


def test_a_redirect_to_plain_http_is_not_followed(closed: Closed) -> None:
    closed.answers.status = 302
    closed.answers.headers = {"Location": "http://127.0.0.1:9/directory"}
    renewal = closed.client.renew("shop.example", "http-01")
    assert "cannot reach" in renewal.problem
    assert closed.answers.asked == 1
