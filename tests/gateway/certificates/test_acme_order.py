"""An order against a server that is slow, odd or says no, told as what it answers."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from acme import messages
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.gateway.certificates.acme_order import Order, Wish
from ringwall.gateway.certificates.acme_problem import AcmeProblem
from ringwall.gateway.certificates.acme_session import AcmeSession, Reply
from ringwall.gateway.certificates.acme_shown import Shown as Noted

TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
ORDER, AUTHORIZATION, CHALLENGE = "https://ca/order", "https://ca/authz", "https://ca/challenge"


def reply(status: str, *, wait: float | None = None, **body: Any) -> Reply:
    pause = None if wait is None else timedelta(seconds=wait)
    return Reply(body={"status": status, **body}, location=ORDER, wait=pause)


def order(status: str, *, wait: float | None = None, **body: Any) -> Reply:
    more = {"authorizations": [AUTHORIZATION], "finalize": "https://ca/finalize", **body}
    return reply(status, wait=wait, **more)


def authorization(status: str, **challenge: Any) -> Reply:
    offered = {"type": "http-01", "url": CHALLENGE, "token": TOKEN, "status": "pending"}
    identifier = {"type": "dns", "value": "shop.example"}
    return reply(status, identifier=identifier, challenges=[{**offered, **challenge}])


@dataclass
class ScriptedServer:
    """Answers each address with the next of its replies; the last one stays."""

    replies: dict[str, list[Reply | Exception]]
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> Reply:
        self.asked.append(f"fetch {url}")
        left = self.replies[url]
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found

    def send(self, url: str, _: object) -> Reply:
        self.asked.append(f"send {url}")
        return reply("processing")

    def finalize(self, url: str, _: object) -> Reply:
        self.asked.append(f"finalize {url}")
        return reply("processing")

    def new_order(self, names: tuple[str, ...], _: tuple[str, ...]) -> Reply:
        self.asked.append(f"new {' '.join(names)}")
        return order("pending")

    def download(self, url: str) -> bytes:
        self.asked.append(f"download {url}")
        return b"chain"

    def key_authorization(self, token: str) -> str:
        return f"{token}.thumbprint"


@dataclass
class Shown:
    """What is being shown to the world, and what ever was."""

    now: set[str] = field(default_factory=set)
    ever: list[str] = field(default_factory=list)
    broken: Exception | None = None

    def http(self, token: str, key_authorization: str) -> None:
        if self.broken is not None:
            raise self.broken
        assert key_authorization == f"{token}.thumbprint"
        self.now.add(token)
        self.ever.append(token)

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:
        self.now.add(host)
        self.ever.append(host)

    def withdraw(self, *, host: str, token: str) -> None:
        self.now -= {host, token}


@dataclass
class Play:
    """One run of an order against scripted replies."""

    folder: Path
    server: ScriptedServer
    shown: Shown = field(default_factory=Shown)
    slept: list[float] = field(default_factory=list)
    challenge: str = "http-01"

    def run(self) -> bytes:
        wish = Wish(
            host="shop.example",
            names=("shop.example",),
            challenge=self.challenge,
            directory="https://ca/directory",
        )
        carried = Order(
            self.folder,
            wish,
            session=cast("AcmeSession", self.server),
            publisher=self.shown,
            clock=HeldClock(),
            sleep=self.slept.append,
        )
        try:
            return carried.run()[0]
        finally:
            assert not self.shown.now


def play(tmp_path: Path, **replies: list[Reply | Exception]) -> Play:
    places = {"orders": ORDER, "authorizations": AUTHORIZATION, "challenges": CHALLENGE}
    return Play(tmp_path, ScriptedServer({places[name]: r for name, r in replies.items()}))


def test_pauses_are_those_the_server_asks_for_and_at_least_a_second(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        orders=[
            order("pending", wait=0),
            order("ready"),
            order("processing", wait=7),
            order("processing"),
            order("valid", certificate="https://ca/chain"),
        ],
        authorizations=[authorization("pending"), authorization("pending"), authorization("valid")],
    )
    assert played.run() == b"chain"
    assert played.slept == [1.0, 1.0, 7.0, 1.0]
    assert played.shown.ever == [TOKEN]
    assert played.server.asked.count("finalize https://ca/finalize") == 1


def test_a_server_that_wants_long_is_left_alone_and_the_order_kept(tmp_path: Path) -> None:
    played = play(
        tmp_path,
        orders=[order("ready"), order("processing", wait=600)],
        authorizations=[authorization("valid")],
    )
    with pytest.raises(AcmeProblem, match="still busy; the order goes on later") as raised:
        played.run()
    assert raised.value.wait == timedelta(seconds=600)
    assert not raised.value.fatal
    assert played.slept == []
    later = play(tmp_path, orders=[order("valid", certificate="https://ca/chain")])
    assert later.run() == b"chain"
    assert later.server.asked == [f"fetch {ORDER}", "download https://ca/chain"]


def test_a_challenge_that_failed_is_told_in_the_servers_words(tmp_path: Path) -> None:
    error = {"type": "urn:ietf:params:acme:error:dns", "detail": "No A record"}
    expected = r"shop\.example: the ACME server says: No A record \(urn:.*:dns\)"
    played = play(
        tmp_path,
        authorizations=[authorization("pending"), authorization("invalid", error=error)],
    )
    with pytest.raises(AcmeProblem, match=expected) as raised:
        played.run()
    assert raised.value.fatal
    elsewhere = play(
        tmp_path,
        orders=[order("pending")],
        authorizations=[authorization("pending"), authorization("invalid")],
        challenges=[reply("invalid", error=error)],
    )
    with pytest.raises(AcmeProblem, match=expected):
        elsewhere.run()


def test_an_order_that_becomes_invalid_is_lost(tmp_path: Path) -> None:
    error = {"type": "urn:ietf:params:acme:error:badCSR", "detail": "weak key"}
    played = play(
        tmp_path,
        orders=[order("ready"), order("invalid", error=error)],
        authorizations=[authorization("valid")],
    )
    with pytest.raises(AcmeProblem, match="weak key") as raised:
        played.run()
    assert raised.value.fatal


def test_a_challenge_that_is_not_offered_is_named(tmp_path: Path) -> None:
    played = play(tmp_path, authorizations=[authorization("pending", type="dns-01")])
    with pytest.raises(AcmeProblem, match="does not offer http-01, only dns-01"):
        played.run()
    assert played.shown.ever == []


@pytest.mark.parametrize("token", ["../../../../../etc/cron.d/x-y-z", "short", "a" * 300])
def test_a_token_that_is_none_is_never_shown(tmp_path: Path, token: str) -> None:
    played = play(tmp_path, authorizations=[authorization("pending", token=token)])
    with pytest.raises(AcmeProblem, match="not base64url"):
        played.run()
    assert played.shown.ever == []


@pytest.mark.parametrize("broken", [TimeoutError("the edge does not show it"), ValueError("no")])
def test_an_answer_that_cannot_be_shown_is_not_asked_for(tmp_path: Path, broken: Exception) -> None:
    played = play(tmp_path, authorizations=[authorization("pending")])
    played.shown.broken = broken
    with pytest.raises(AcmeProblem, match=f"cannot be shown: {broken}") as raised:
        played.run()
    assert raised.value.ours
    assert not raised.value.fatal
    assert f"send {CHALLENGE}" not in played.server.asked


def test_what_a_killed_order_showed_is_known_and_taken_back(tmp_path: Path) -> None:
    shown = Shown(now={TOKEN, "a.example", "other"})
    killed = Noted(tmp_path, shown)
    killed.note("a.example", TOKEN)
    killed.note("b.example", "never shown")
    later = Noted(tmp_path, shown)
    for _ in range(2):
        later.withdraw()
        assert shown.now == {"other"}
    assert not list(tmp_path.iterdir())
    (tmp_path / "shown.json").write_text("[1")
    later.withdraw()


@pytest.mark.parametrize("missing", ["token", "url"])
def test_an_answer_that_lacks_something_says_what(tmp_path: Path, missing: str) -> None:
    played = play(tmp_path, authorizations=[authorization("pending", **{missing: None})])
    with pytest.raises(AcmeProblem, match=f"lacks '{missing}'"):
        played.run()


def test_a_busy_server_does_not_cost_the_order(tmp_path: Path) -> None:
    first = play(tmp_path, orders=[order("ready"), order("processing", wait=600)])
    first.server.replies[AUTHORIZATION] = [authorization("valid")]
    with pytest.raises(AcmeProblem):
        first.run()
    kept = (tmp_path / "order.json").read_bytes(), (tmp_path / "key.pem").read_bytes()
    busy = play(tmp_path, orders=[messages.Error.with_code("serverInternal")])
    with pytest.raises(messages.Error):
        busy.run()
    assert ((tmp_path / "order.json").read_bytes(), (tmp_path / "key.pem").read_bytes()) == kept
    assert busy.server.asked == [f"fetch {ORDER}"]
