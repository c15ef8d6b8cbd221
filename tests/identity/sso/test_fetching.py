"""Providers that are slow, dead or asked by everybody at once hold up nobody but themselves."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import requests
from tests.identity.sso.openid import OpenId
from tests.identity.sso.test_openid import come_in, provider

from ringwall.identity.sso import documents, fetching

__all__ = ["provider"]


@contextmanager
def listening(answer: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A server on loopback that does with every connection what ``answer`` does."""
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()
    server.settimeout(0.05)
    threads = []

    def serve(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            sock.settimeout(5)
            sock.recv(4096)
            answer(sock, over)

    def accept() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                threads.append(threading.Thread(target=serve, args=[server.accept()[0]]))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        over.set()
        accepting.join()
        for one in threads:
            one.join()
        server.close()


def drip(start: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Send ``start``, then a byte every 50 ms."""

    def send(sock: socket.socket, over: threading.Event) -> None:
        sock.sendall(start)
        while not over.wait(0.05):
            sock.sendall(b"x")

    return send


def nothing(_: socket.socket, over: threading.Event) -> None:
    over.wait(30)


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        nothing,
        drip(OK + b"X-Long: "),
        drip(OK + b"Content-Length: 9999\r\n\r\n"),
        drip(OK + b"\r\n"),
    ],
    ids=["nothing", "headers", "body", "body without an end"],
)
def test_an_answer_has_one_deadline_however_it_drips(
    monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.6)
    with listening(answer) as url, fetching.reaching(private=True):
        begun = time.monotonic()
        with fetching.session() as session, pytest.raises(requests.Timeout):
            session.get(url)
        assert time.monotonic() - begun < 5
    assert not fetching._waited_for


def test_only_so_many_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 3.0)
    monkeypatch.setattr(fetching, "PATIENCE", 0.05)
    found: list[type] = []

    def ask(whose: str) -> None:
        with fetching.reaching(private=True, whose=whose), fetching.session() as session:
            try:
                session.get(url)
            except requests.RequestException as error:
                found.append(type(error))

    with listening(nothing) as url:
        names = ["one"] * 6 + [f"other-{number // 2}" for number in range(8)]
        threads = [threading.Thread(target=ask, args=[name]) for name in names]
        for one in threads:
            one.start()
            time.sleep(0.02)
        for one in threads:
            one.join()
    assert len(found) == len(names)
    assert found.count(requests.Timeout) == fetching.MOST_AT_ONCE
    assert found[:4] == [fetching.BusyError] * 4
    assert not fetching._waited_for


def test_what_a_provider_publishes_is_asked_once_a_minute(
    browser: Any, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert browser.get("/sign-on/north-id").status_code == 200
    assert come_in(browser, provider).status_code == 302
    assert provider.asked.count("/.well-known/openid-configuration") == 1
    assert provider.asked.count("/jwks") == 1
    later = time.monotonic() + documents.FRESH + 1
    monkeypatch.setattr(documents, "monotonic", lambda: later)
    assert browser.get("/sign-on/north-id").status_code == 200
    assert provider.asked.count("/.well-known/openid-configuration") == 2


def test_a_provider_that_is_down_is_asked_once_in_some_seconds(
    browser: Any, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.down = True
    for _ in range(3):
        assert browser.get("/sign-on/north-id").status_code == 502
    assert len(provider.asked) == 1
    provider.down = False
    later = time.monotonic() + documents.FAILED + 1
    monkeypatch.setattr(documents, "monotonic", lambda: later)
    assert browser.get("/sign-on/north-id").status_code == 200


def test_a_new_key_is_looked_for_once_in_ten_seconds(
    browser: Any, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert come_in(browser, provider).status_code == 302
    provider.header["kid"] = "two"
    for _ in range(3):
        assert come_in(browser, provider).status_code == 403
    assert provider.asked.count("/jwks") == 1
    later = time.monotonic() + documents.AGAIN + 1
    monkeypatch.setattr(documents, "monotonic", lambda: later)
    for _ in range(2):
        assert come_in(browser, provider).status_code == 403
    assert provider.asked.count("/jwks") == 2


def test_who_comes_while_all_places_are_taken_is_told_to_try_again(
    browser: Any, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_OF_ONE", 0)
    monkeypatch.setattr(fetching, "PATIENCE", 0.01)
    answer = browser.get("/sign-on/north-id")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Try again in a moment" in answer.content.decode()
    monkeypatch.setattr(fetching, "MOST_OF_ONE", 2)
    off = browser.post("/sign-on/north-id")
    back = provider.authorize(off.url).removeprefix("https://id.shop.localhost:8443")
    monkeypatch.setattr(fetching, "MOST_OF_ONE", 0)
    assert browser.get(back).status_code == 503


def test_strangers_are_slowed_down_at_the_door_of_a_sign_on(
    browser: Any, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity import slowing
    from ringwall.identity.throttling import Rule

    monkeypatch.setattr(slowing, "SIGN_ON", Rule("sign-on", 3, 60))
    for _ in range(3):
        assert browser.get("/sign-on/north-id").status_code == 200
    for path in ("", "/callback", "/finish"):
        assert browser.get(f"/sign-on/north-id{path}").status_code == 429
    elsewhere = browser.get("/sign-on/north-id", headers={"x-ringwall-address": "127.0.0.8"})
    assert elsewhere.status_code == 200
