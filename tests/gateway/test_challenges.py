"""Answers at the edge: what is put where it reads, and what is taken away again. No edge runs."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.gateway.certificates.held_clock import HeldClock, assert_private

from ringwall.core.clock import SystemClock
from ringwall.gateway import challenges
from ringwall.gateway.certificates.challenges import challenge_response
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.certificates.tls_alpn import challenge_certificate
from ringwall.gateway.challenges import EdgePublisher
from ringwall.gateway.config import AcmeCertificate, Edge, HostSettings
from ringwall.gateway.layout import Layout
from ringwall.runtime.configuration import Address

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
ANSWER = f"{TOKEN}.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"
HOST = "a.example"


class Desk:
    """A publisher for an edge of two hosts, at doors behind which nobody is at first."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder, folder / "state", folder / "run")
        self.store = CertificateStore(folder / "state", clock=SystemClock())
        self.held = self.made(HOST)
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            door = Address(host="127.0.0.1", port=nobody.getsockname()[1])
        alpn = HostSettings(certificate=AcmeCertificate(source="acme", challenge="tls-alpn-01"))
        self.edge = Edge(hosts={HOST: alpn, f"b-{HOST}": alpn}, listen=door, redirect=door)

    def made(self, host: str) -> Credential:
        return self.store.rotate_host(host, HostSettings())

    def publisher(self, **changes: object) -> EdgePublisher:
        edge = self.edge.model_copy(update=changes)
        return EdgePublisher(self.layout, edge, held=lambda: self.held)

    def secret(self, host: str) -> str:
        """What Envoy reads for ``acme-tls/1``."""
        return Path(self.layout.xds("edge").file(f"sds/acme-{host}.json")).read_text()

    def show(self, host: str) -> None:
        pair = challenge_certificate(host, ANSWER, now=HeldClock().now())
        with pytest.raises(
            TimeoutError, match=f"does not show the challenge certificate of {host}"
        ):
            self.publisher().tls_alpn(host, *pair)

    def pairs(self) -> list[Path]:
        return sorted(Path(self.layout.xds("edge").path).glob("challenges/*/*"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(challenges, "PATIENCE", 0.2)
    return Desk(tmp_path)


@pytest.fixture
def web(desk: Desk) -> Iterator[int]:
    """What serves the folder of answers as the edge and its web process do together."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["host"] in desk.edge.hosts
            token = self.path.removeprefix("/.well-known/acme-challenge/")
            answer = challenge_response(desk.layout.challenges, token) if known else None
            self.send_response(404 if answer is None else 200)
            self.send_header("content-length", str(len(answer or "")))
            self.end_headers()
            self.wfile.write((answer or "").encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])
def test_an_answer_counts_when_it_comes_out_at_the_door(desk: Desk, web: int, listens: str) -> None:
    publisher = desk.publisher(redirect=Address(host=listens, port=web))
    publisher.http(TOKEN, ANSWER)
    assert challenge_response(desk.layout.challenges, TOKEN) == ANSWER
    publisher.withdraw(host=HOST, token=TOKEN)
    assert challenge_response(desk.layout.challenges, TOKEN) is None


def test_an_answer_that_does_not_come_out_is_told(desk: Desk) -> None:
    with pytest.raises(TimeoutError, match="does not show the answer"):
        desk.publisher().http(TOKEN, ANSWER)
    with pytest.raises(ValueError, match=r"edge\.redirect"):
        desk.publisher(redirect=None).http(TOKEN, ANSWER)


def test_what_was_held_before_a_challenge_is_held_after_it(desk: Desk) -> None:
    publisher = desk.publisher()
    publisher.refresh()
    before = desk.secret(HOST)
    assert str(desk.held.chain) in before
    desk.show(HOST)
    (chain, key) = desk.pairs()
    assert str(chain) in desk.secret(HOST)
    assert str(key) in desk.secret(HOST)
    publisher.refresh()  # as the job does each minute: not in the middle of a challenge
    assert str(chain) in desk.secret(HOST)
    publisher.withdraw(host=f"b-{HOST}", token=TOKEN)
    assert str(chain) in desk.secret(HOST)
    for _ in range(2):
        publisher.withdraw(host=HOST, token=TOKEN)
        assert desk.secret(HOST) == before
        assert desk.pairs() == []
    assert_private(desk.layout.state)


def test_a_second_challenge_takes_the_place_of_one_that_was_left(desk: Desk) -> None:
    desk.show(HOST)
    left = desk.pairs()
    desk.show(f"b-{HOST}")
    assert set(left) < set(desk.pairs())
    desk.show(HOST)
    assert len(desk.pairs()) == 4
    assert not set(left) & set(desk.pairs())


def test_the_held_certificate_is_kept_up(desk: Desk) -> None:
    publisher = desk.publisher()
    publisher.refresh()
    old, desk.held = desk.held, desk.made(HOST)
    publisher.refresh()
    assert str(desk.held.chain) in desk.secret(HOST)
    assert str(old.chain) not in desk.secret(HOST)
    # A file that leads to an answer that is gone holds up nothing.
    desk.show(HOST)
    for path in desk.pairs():
        path.unlink()
    publisher.refresh()
    assert str(desk.held.chain) in desk.secret(HOST)
