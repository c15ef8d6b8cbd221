"""What clients cannot say in the edge's name, and what services never get to see."""

import json
import re
import socket
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.gateway.live.recorder import Seen
from tests.gateway.live.wire import converse
from tests.gateway.live.wire2 import Http2
from tests.identity.edge.scene import APP, COOKIE, IdentityStage, ask
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from ringwall.gateway.envoy.signed_in import (
    AGAIN_HEADER,
    GRANTED,
    PLACE_HEADER,
    PROVEN_HEADER,
    SHOWN,
    TOLD,
)
from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e

NAMES: Final = (
    *TOLD,
    *GRANTED,
    *SHOWN.values(),
    AGAIN_HEADER,
    PLACE_HEADER,
    PROVEN_HEADER,
    "x-ringwall",
    "x-ringwall-",
    "x-ringwall-secret",
    "x-ringwall-address",
    "x-ringwall-certificate",
    "x-ringwall-certificate-subject",
    "x-ringwall-other",
    "x-ringwallet",
)
PATHS: Final = ("/public", "/optional", "/public2")
SPOOFED: Final = "spoofed-value"


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("write", [str.lower, str.upper, str.title], ids=["low", "UP", "Title"])
def test_nobody_speaks_in_the_edges_name(
    scene: IdentityStage, path: str, http2: bool, write: Any
) -> None:
    sent = [(write(name) if not http2 else name, SPOOFED) for name in NAMES for _ in range(2)]
    answer, (seen,) = scene.seen(path, headers=sent, http2=http2)
    assert answer.status_code == 200
    assert SPOOFED not in repr(seen)


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("path", ["/required", "/required2", "/optional"])
def test_nor_who_is_signed_in(scene: IdentityStage, path: str, http2: bool) -> None:
    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session)}"
    sent = [(name, SPOOFED) for name in NAMES]
    answer, (seen,) = scene.seen(path, cookie=cookie, headers=sent, http2=http2)
    assert answer.status_code == 200
    assert SPOOFED not in repr(seen)
    assert seen.values("x-ringwall-user") == [session.user.subject]
    assert seen.values("x-ringwall-client") == seen.values("x-ringwall-scope") == []
    for name in TOLD:
        assert len(seen.values(name)) <= 1


@pytest.mark.parametrize("name", ["x_ringwall_user", "X_Ringwall_User", "x-ringwall_user"])
@pytest.mark.parametrize("path", PATHS)
def test_underscores_are_refused(scene: IdentityStage, name: str, path: str) -> None:
    """Services that read CGI variables take them for dashes."""
    answer, seen = scene.seen(path, headers={name: SPOOFED})
    assert (answer.status_code, seen) == (400, [])


TRICKS: Final = {
    "hop by hop": "connection: x-ringwall-user, x-ringwall-assertion",
    "hop by hop, keep alive": "connection: keep-alive, x-ringwall-session",
    "hop by hop twice": "connection: x-ringwall-user\r\nconnection: x-ringwall-roles",
    "proxy connection": "proxy-connection: x-ringwall-user",
    "te": "te: x-ringwall-user",
    "folded": "x-a: b\r\n x-ringwall-user: spoofed-value",
    "space before the colon": "x-ringwall-user : spoofed-value",
    "tab before the colon": "x-ringwall-user\t: spoofed-value",
    "bare line feed": "x-a: b\nx-ringwall-user: spoofed-value",
    "bare return": "x-a: b\rx-ringwall-user: spoofed-value",
    "null": "x-a: b\0x-ringwall-user: spoofed-value",
    "null in the name": "x-ringwall\0-user: spoofed-value",
    "odd character": "x-ringwall-user\x0b: spoofed-value",
    "upper case": "X-RINGWALL-USER: spoofed-value",
    "empty name": ": spoofed-value\r\nx-ringwall-user: spoofed-value",
}


@pytest.mark.parametrize("name", TRICKS)
@pytest.mark.parametrize("path", ["/public", "/optional", "/required"])
def test_no_trick_makes_or_unmakes_what_services_are_told(
    scene: IdentityStage, name: str, path: str
) -> None:
    session, mark = scene.session(), scene.mark()
    head = f"GET {path}/{mark} HTTP/1.1\r\nhost: {APP}:{scene.stage.port}\r\n"
    cookie = f"cookie: {COOKIE}={scene.enter(session)}\r\n"
    for lines in (cookie + TRICKS[name], TRICKS[name] + "\r\n" + cookie.rstrip()):
        converse(
            scene.stage, f"{head}{lines}\r\n\r\n".encode("latin-1"), linger=0.02, to_the_end=False
        )
    for seen in scene.about(mark):
        assert [name for name, value in seen.headers if value == SPOOFED] == []
        assert COOKIE not in repr(seen)
        known = [] if path == "/public" else [session.user.subject]
        assert seen.values("x-ringwall-user") == known


@pytest.mark.parametrize("path", ["/public", "/required", "/public2", "/required2"])
def test_trailers_say_nothing(scene: IdentityStage, path: str) -> None:
    cookie, mark = scene.jar(), scene.mark()
    chunked = (
        f"POST {path}/{mark} HTTP/1.1\r\nhost: {APP}:{scene.stage.port}\r\ncookie: {cookie}\r\n"
        "transfer-encoding: chunked\r\ntrailer: x-ringwall-user, cookie\r\n\r\n"
        f"1\r\nx\r\n0\r\nx-ringwall-user: {SPOOFED}\r\ncookie: {cookie}\r\n\r\n"
    )
    converse(scene.stage, chunked.encode(), linger=0.1)
    with Http2(scene.stage) as connection:
        connection.request(
            [
                (":method", "POST"),
                (":scheme", "https"),
                (":authority", f"{APP}:{scene.stage.port}"),
                (":path", f"{path}/{mark}"),
                ("cookie", cookie),
            ],
            b"x",
            trailers=[("x-ringwall-user", SPOOFED), ("cookie", cookie)],
        )
        connection.read(5, until=1)
    assert scene.about(mark)
    for seen in scene.about(mark):
        assert SPOOFED not in repr(seen)
        assert COOKIE not in repr(seen)


SECRETS: Final = ("/public", "/optional", "/required", "/public2", "/required2")


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("path", SECRETS)
def test_no_service_sees_cookies_or_keys(scene: IdentityStage, path: str, http2: bool) -> None:
    cookie = f"a=1; {scene.jar()}; {COOKIE}-state=s; {COOKIE}-id=i; {COOKIE}=second; b=2"
    key = f"rwk_{scene.issue(Purpose.KEY)}~abcdef"
    for sent in ({"key": key}, {"bearer": key}, {}):
        _, seen = scene.seen(path, cookie=cookie, http2=http2, **sent)
        for one in seen:
            assert one.values("cookie") == ["a=1; b=2"]
            assert COOKIE not in repr(one)
            assert "rwk_" not in repr(one)
    _, seen = scene.seen(path, cookie=scene.jar(), http2=http2)
    assert [one.values("cookie") for one in seen] == [[]]


@pytest.mark.parametrize("path", ["/talk", "/said"])
def test_no_websocket_carries_them(scene: IdentityStage, path: str) -> None:
    mark = scene.mark()
    key = f"rwk_{scene.issue(Purpose.KEY)}~abcdef"
    sent = {"cookie": f"a=1; {scene.jar()}", "x-api-key": key, "x-ringwall-user": SPOOFED}
    authority = f"{APP}:{scene.stage.port}"
    with pytest.raises((InvalidHandshake, EOFError)):  # the recorder speaks no WebSocket
        connect(
            f"wss://{authority}{path}?{mark}",
            sock=socket.create_connection(("127.0.0.1", scene.stage.port)),
            ssl=scene.stage.trust(),
            server_hostname=APP,
            additional_headers=sent,
        )
    (seen,) = scene.about(mark)
    assert seen.values("upgrade") == ["websocket"]
    assert seen.values("cookie") == ["a=1"]
    assert SPOOFED not in repr(seen)
    assert "rwk_" not in repr(seen)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/.ringwall/nowhere", "/.ringwall/enter?code=x", "/.ringwall/session"]
)
def test_nothing_reaches_a_service_from_where_none_is(scene: IdentityStage, path: str) -> None:
    before = len(scene.recorder.seen)
    for method in ("GET", "POST", "DELETE"):
        answer = scene.get(path, method=method, host=f"{APP}", cookie=scene.jar())
        assert COOKIE + "=" not in answer.text
    if path != "/nowhere":
        assert len(scene.recorder.seen) == before


_RENEW: Final = """
/.ringwall/renew
/.ringwall/renew/
/.ringwall/renew?
/.ringwall/renew?x=y
/.ringwall/renew;x
/.ringwall/renew/.
/.ringwall/renew/..
/.ringwall/renew%20
/.ringwall/renew%00
/.ringwall/renew%3f
/.ringwall/Renew
/.RINGWALL/renew
/.ringwall/%72enew
/.ringwall/%2572enew
/%2eringwall/renew
/%2e%72ingwall%2frenew
/.ringwall%2frenew
/.ringwall%5crenew
/.ringwall\\renew
/.ringwall//renew
//.ringwall/renew
/x/../.ringwall/renew
/.ringwall/./renew
/.ringwall/x/../renew
/.ringwall/x/%2e%2e/renew
/.ringwall/enter/../renew
"""
RENEW: Final = _RENEW.split()


@pytest.mark.parametrize("path", RENEW)
@pytest.mark.parametrize("host", [APP, "id.localhost", "north.app.localhost"])
def test_nobody_outside_renews(scene: IdentityStage, path: str, host: str) -> None:
    value = scene.enter(scene.session())
    secret = value.partition(".")[2].partition("~")[0]
    authority = f"{host}:{scene.stage.port}"
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {authority}\r\nx-ringwall-secret: {secret}\r\n"
        "x-forwarded-proto: https\r\ncontent-length: 0\r\n\r\n"
    )
    found = [
        (a.status, a.body)
        for a in converse(
            scene.stage, head.encode(), sni=host, linger=0.02, to_the_end=False
        ).answers
    ]
    with Http2(scene.stage, sni=host) as connection:
        connection.request(
            [
                (":method", "POST"),
                (":scheme", "https"),
                (":authority", authority),
                (":path", path),
                ("x-ringwall-secret", secret),
            ],
            b"",
        )
        connection.read(10, until=1)
        found += [(one.status, one.body) for one in connection.answers]
    assert found
    for status, body in found:
        assert status in {400, 401, 403, 404, 405}
        assert secret.encode() not in body
        assert body != b"over\n", "it came to where renewal is answered"


# -- the Cookie header, against a model ------------------------------------------------------------

_NAME = st.sampled_from(
    [COOKIE, COOKIE.lower(), f"{COOKIE}-state", f"{COOKIE}x", "__Host-", "a", "b", "", " ", "Host"]
)
_VALUE = st.sampled_from(["", "1", "x=y", '"q"', "9999999999.s~t", COOKIE, f"{COOKIE}=1", "a, b"])
_SPACE = st.sampled_from(["", " ", "  ", "\t"])
_PAIR = st.one_of(
    st.builds(lambda *parts: "".join(parts), _SPACE, _NAME, _SPACE, st.just("="), _VALUE, _SPACE),
    st.text(alphabet=st.sampled_from(list('ab_=H-;, \t"\\')), max_size=12),
    _NAME,
)
_LINE = st.lists(_PAIR, max_size=6).map(lambda pairs: ";".join(pairs).strip())
_COOKIES = st.lists(_LINE, min_size=1, max_size=3)


def must_reach_the_service(lines: list[str]) -> list[str]:
    """The pairs that are nobody's but the service's, in order."""
    pairs = [pair.strip(" \t") for line in lines for pair in line.split(";")]
    ours = re.compile(rf"^{re.escape(COOKIE)}|{re.escape(COOKIE)}[ \t]*=")
    return [pair for pair in pairs if pair and not ours.search(pair)]


def pairs_in(seen: Seen) -> list[str]:
    """What a service reads in its Cookie headers."""
    several = [pair.strip(" \t") for value in seen.values("cookie") for pair in value.split(";")]
    return [pair for pair in several if pair]


@pytest.fixture(scope="module")
def kept(scene: IdentityStage) -> Iterator[dict[bool, httpx.Client]]:
    """Connections that stay open over many examples: of HTTP/1.1, and of HTTP/2."""
    with scene.stage.client() as first, scene.stage.client(http2=True) as second:
        yield {False: first, True: second}


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("path", ["/public", "/optional"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(lines=_COOKIES)
def test_services_get_their_own_cookies_and_no_others(
    scene: IdentityStage, kept: dict[bool, httpx.Client], path: str, http2: bool, lines: list[str]
) -> None:
    mark = scene.mark()
    client = kept[http2]
    answer = ask(client, scene.url(f"{path}/{mark}"), headers=[("cookie", line) for line in lines])
    assert answer.status_code == 200
    (seen,) = scene.about(mark)
    assert pairs_in(seen) == must_reach_the_service(lines)
    assert seen.values("x-ringwall-user") == []


def test_an_unknown_host_is_no_way_around(scene: IdentityStage) -> None:
    before = len(scene.recorder.seen)
    head = f"GET /public/x HTTP/1.1\r\nhost: other.example\r\ncookie: {scene.jar()}\r\n\r\n"
    answers = converse(scene.stage, head.encode(), linger=0.02, to_the_end=False).answers
    assert [one.status for one in answers] == [404]
    assert len(scene.recorder.seen) == before


def test_what_the_echo_service_behind_a_sidecar_is_told(scene: IdentityStage) -> None:
    sent = [(name, SPOOFED) for name in NAMES]
    answer = scene.get("/x", cookie=scene.jar(), headers=sent)
    assert SPOOFED not in json.dumps(answer.json())
