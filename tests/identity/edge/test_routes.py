"""What routes ask of whom, and where browsers and programs are sent who do not show it."""

import json
import re
import socket
import time
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from tests.gateway.live.stage import header
from tests.gateway.live.wire import Answer, converse
from tests.gateway.live.wire2 import Http2
from tests.identity.edge.scene import (
    APP,
    COOKIE,
    ID,
    SECRET,
    IdentityStage,
    cookies_set,
    run_out,
)
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e

NAVIGATES = {"sec-fetch-mode": "navigate"}
OLD_BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("http2", [False, True])
def test_a_public_route_asks_nobody_and_is_told_nothing(scene: IdentityStage, http2: bool) -> None:
    for cookie in (None, scene.jar(), f"{COOKIE}=1.{SECRET}~y"):
        answer, (seen,) = scene.seen("/public", cookie=cookie, http2=http2)
        assert answer.status_code == 200
        assert [name for name, _ in seen.headers if name.startswith("x-ringwall")] == []
        assert not cookies_set(answer)


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("path", ["/required", "/required2"])
def test_a_required_route_lets_in_who_is_signed_in(
    scene: IdentityStage, http2: bool, path: str
) -> None:
    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session)}"
    answer, (seen,) = scene.seen(path, cookie=cookie, http2=http2)
    assert answer.status_code == 200
    assert seen.values("x-ringwall-user") == [session.user.subject]
    assert seen.values("x-ringwall-session") == [session.sid]
    assert seen.values("x-ringwall-tenant") == [session.organisation.slug]
    assert seen.values("x-ringwall-roles") == ["buyer,seller"]
    assert seen.values("x-ringwall-strength") == ["mfa"]
    assert scene.seen(path, http2=http2)[1] == []


def test_an_optional_route_is_told_who_it_is_if_somebody_is(scene: IdentityStage) -> None:
    _, (known,) = scene.seen("/optional", cookie=scene.jar())
    assert known.values("x-ringwall-user")
    for cookie in (None, "a=b", f"{COOKIE}=nonsense", f"{COOKIE}=9999999999.{SECRET}~eyJ.e30.x"):
        answer, (nobody,) = scene.seen("/optional", cookie=cookie)
        assert answer.status_code == 200
        assert nobody.values("x-ringwall-user") == []
        assert not [name for name, _ in nobody.headers if name.startswith("x-ringwall")]


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_programs_are_told_what_is_missing(scene: IdentityStage, method: str, http2: bool) -> None:
    for sent in ({}, {"accept": "application/json"}, {"sec-fetch-mode": "cors", **OLD_BROWSER}):
        answer = scene.get(method=method, headers=sent, http2=http2)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="ringwall"'
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["strict-transport-security"]
        told = answer.json()
        assert (told["status"], told["title"]) == (401, "Unauthorized")
        assert set(told) == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("browser", [NAVIGATES, OLD_BROWSER], ids=["metadata", "old"])
@pytest.mark.parametrize(("method", "status"), [("GET", 302), ("HEAD", 302), ("POST", 307)])
def test_browsers_are_sent_to_sign_in(
    scene: IdentityStage, browser: dict[str, str], method: str, status: int
) -> None:
    answer = scene.get("/required/x?a=1&b=2", method=method, headers=browser)
    assert answer.status_code == status
    state = answer.headers["x-request-id"]
    wanted = scene.url("/required/x?a=1&b=2")
    assert answer.headers["location"] == f"{scene.url('/enter', ID)}?state={state}&to={wanted}"
    assert answer.headers.get_list("set-cookie") == [
        f"{COOKIE}-state={state}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1800"
    ]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"


def test_nobody_chooses_the_state(scene: IdentityStage) -> None:
    chosen = "12345678-1234-4234-8234-123456789abc"
    answer = scene.get(headers={**NAVIGATES, "x-request-id": chosen})
    assert chosen not in str(answer.headers)


PAGES = [
    "/required/x",
    "/required/x?",
    "/required/x?a=1&b=2&a=3",
    "/required/x?to=https://evil.example/&state=other&factor=phr&within=1&form=x",
    "/required/x?%2B+%26%3D;y=%20&%E2%82%AC=%F0%9F%94%92",
    "/required/%E2%82%AC/%F0%9F%94%92/%25/%252f?%252f",
    "/required/x?%0d%0aset-cookie:%20a=b",
    "/required/%0d%0aset-cookie:%20a=b",
    "/required/x?q=https://evil.example//evil.example/@evil.example/\\evil.example",
    "/required/x?<>\"'`{}|^[]",
    "/required/x?" + "q" * 7000,
    "/required/" + "p" * 7000,
    "/required/https:/evil.example/",
    "/required/@evil.example",
    "/required/;to=https:/evil.example",
]


@pytest.mark.parametrize("page", PAGES, ids=range(len(PAGES)))
def test_whoever_signs_in_lands_on_the_very_page(scene: IdentityStage, page: str) -> None:
    first = _raw(scene, page.encode(), browser=True)
    assert first.status == 302
    (location,) = first.values("location")
    assert location.startswith(scene.url("/enter?state=", ID))
    state = first.values("set-cookie")[0].partition(";")[0]
    at_id = scene.sign_in()
    with scene.stage.client() as client:
        second = client.get(location, headers={"cookie": at_id})
        assert second.status_code == 302, second.text
        entry = second.headers["location"]
        assert entry.startswith(scene.url("/.ringwall/enter?code="))
        third = client.get(entry, headers={"cookie": state})
    assert third.status_code == 303
    assert _encoded(third.headers["location"]) == _encoded(scene.url(page))
    (cookie,) = cookies_set(third)
    again = _raw(scene, page.encode(), f"cookie: {COOKIE}={cookie}\r\n".encode())
    assert again.status == 200


def _encoded(url: str) -> str:
    """A URL with what should be encoded encoded: both ways of writing it are the same page."""
    return quote(url, safe="%/?#[]@!$&'()*+,;=:~")


TRICKS = [
    b"//evil.example/required",
    b"///evil.example",
    b"/\\evil.example",
    b"/required\\..\\\\evil.example",
    b"/%2f%2fevil.example",
    b"/%5c%5cevil.example",
    b"/..//evil.example",
    b"/@evil.example",
    b"/required/..%2f..%2f/evil.example",
    b"https://evil.example/required",
    b"https://app.localhost@evil.example/",
    b"/required\t.evil.example",
    b"/required\r\nhost: evil.example\r\nx: y",
    b"/required\nlocation: https://evil.example/",
    b"/required\xe2\x80\xa8evil",
    b"/required#@evil.example",
    b"/required\x00",
    b"@evil.example/",
    b".evil.example/",
    b":1@evil.example/",
    b"*",
]


@pytest.mark.parametrize("target", TRICKS, ids=range(len(TRICKS)))
def test_no_path_sends_anybody_elsewhere(scene: IdentityStage, target: bytes) -> None:
    answer = _raw(scene, target, browser=True)
    _harmless(scene, answer)


@pytest.mark.parametrize(
    "authority",
    [
        "evil.example",
        "evil.example:{port}",
        "app.localhost@evil.example:{port}",
        "evil@app.localhost:{port}",
        "app.localhost:{port}@evil.example",
        "app.localhost:1{port}",
        "app.localhost:443",
        "app.localhost:{port}/evil",
        "app.localhost\\.evil.example",
        "evil\\.app.localhost:{port}",
        "evil%2f.app.localhost:{port}",
        "evil?.app.localhost:{port}",
        "evil#.app.localhost:{port}",
        "a.b.app.localhost:{port}",
        ".app.localhost:{port}",
        "..app.localhost:{port}",
        "app.localhost..:{port}",
        "[::1]:{port}",
        "127.0.0.1:{port}",
    ],
)
def test_no_host_name_sends_anybody_elsewhere(scene: IdentityStage, authority: str) -> None:
    host = authority.format(port=scene.stage.port)
    _harmless(scene, _raw(scene, b"/required/x", browser=True, host=host))


def _harmless(scene: IdentityStage, answer: Answer | None) -> None:
    if answer is None or not answer.values("location"):
        assert answer is None or answer.status in {400, 401, 404, 405, 421, 426}
        return
    (location,) = answer.values("location")
    before, _, target = location.partition("&to=")
    assert re.fullmatch(rf"{re.escape(scene.url('/enter', ID))}\?state=[0-9a-f-]{{36}}", before)
    assert answer.status == 302
    parts = urlsplit(target)
    assert parts.netloc == f"app.localhost:{scene.stage.port}"
    assert target.startswith(scene.url("/"))
    assert "\\" not in parts.path
    assert not parts.path.startswith("//")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "https:evil.example",
        "//evil.example",
        "/required/x",
        "http://app.localhost:{port}/",
        "https://app.localhost/",
        "https://app.localhost:{port}@evil.example/",
        "https://evil\\.app.localhost:{port}/",
        "https://evil%5C.app.localhost:{port}/",
        "https%3A//evil%5C.app.localhost:{port}/",
        "https%3A//evil%23.app.localhost:{port}/",
        "%20https://app.localhost:{port}/",
        "https%3A//app.localhost:{port}%0d%0a/",
        "https://evil.app.localhost.evil.example:{port}/",
        "https://id.localhost:{port}/",
        "javascript:alert(1)",
        "",
    ],
)
def test_the_door_leads_to_protected_hosts_only(scene: IdentityStage, target: str) -> None:
    target = target.format(port=scene.stage.port)
    url = scene.url(f"/enter?state=x&to={target}", ID)
    answer = _raw(scene, url.partition(ID)[2].partition("/")[2].encode(), host=_host(scene, ID))
    assert answer is None or answer.status != 200
    path = f"/enter?state=x&to={target}".encode()
    told = _raw(scene, path, f"cookie: {scene.sign_in()}\r\n".encode(), host=_host(scene, ID))
    assert told is not None
    assert told.values("location") == []
    assert 400 <= told.status < 500


@pytest.mark.parametrize("http2", [False, True])
def test_a_page_may_ask_for_a_stronger_factor(scene: IdentityStage, http2: bool) -> None:
    single, second, passkey = (scene.jar(acr=acr, amr=[acr]) for acr in ("single", "mfa", "phr"))
    expected = [
        ("/second/x", single, 401),
        ("/second/x", second, 200),
        ("/second/x", passkey, 200),
        ("/strong/x", single, 401),
        ("/strong/x", second, 401),
        ("/strong/x", passkey, 200),
    ]
    for path, cookie, status in expected:
        assert scene.get(path, cookie=cookie, http2=http2).status_code == status, path
    refused = scene.get("/strong/x", cookie=second, http2=http2)
    assert refused.headers["www-authenticate"] == (
        'Bearer realm="ringwall", error="insufficient_user_authentication", '
        'error_description="a stronger or more recent proof is needed", '
        'acr_values="phr", max_age="600"'
    )
    assert refused.headers["content-type"] == "application/problem+json"
    browser = scene.get("/strong/x?a=1", cookie=second, headers=NAVIGATES, http2=http2)
    assert browser.status_code == 302
    wanted = f"&factor=phr&within=600&to={scene.url('/strong/x?a=1')}"
    assert browser.headers["location"].endswith(wanted)


@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.ACCESS, Purpose.KEY])
@pytest.mark.parametrize(
    ("age", "status"),
    [(0, 200), (40, 200), (58, 200), (61, 401), (3600, 401), (-2, 200), (-30, 401)],
)
def test_a_page_may_ask_for_a_fresh_proof(
    scene: IdentityStage, purpose: Purpose, age: int, status: int
) -> None:
    proven = scene.proven(auth_time=int(time.time()) - age)
    assert _with(scene, purpose, proven, "/fresh/x").status_code == status


@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.ACCESS, Purpose.KEY])
@pytest.mark.parametrize("missing", [{"auth_time": None}, {"acr": None}, {"acr": "other"}])
def test_a_token_that_does_not_say_how_it_was_proven_proves_nothing(
    scene: IdentityStage, purpose: Purpose, missing: dict[str, Any]
) -> None:
    proven = scene.proven(**missing)
    path = "/fresh/x" if "auth_time" in missing else "/second/x"
    answer = _with(scene, purpose, proven, path)
    assert answer.status_code == 401
    assert "insufficient_user_authentication" in answer.headers["www-authenticate"]


def _with(scene: IdentityStage, purpose: Purpose, proven: Any, path: str) -> httpx.Response:
    token = scene.issue(purpose, proven)
    if purpose is Purpose.SESSION:
        return scene.get(path, cookie=f"{COOKIE}=9999999999.{SECRET}~{token}")
    if purpose is Purpose.ACCESS:
        return scene.get(path, bearer=token)
    return scene.get(path, key=f"rwk_{token}~abcdef")


def test_stepping_up_leads_back_with_the_stronger_cookie(scene: IdentityStage) -> None:
    weak = scene.jar()
    first = scene.get("/strong/x?a=1", cookie=weak, headers=NAVIGATES)
    state = first.headers["set-cookie"].partition(";")[0]
    with scene.stage.client() as client:
        asked = client.get(first.headers["location"], headers={"cookie": scene.sign_in()})
        assert asked.status_code == 302
        assert "/.ringwall/" not in asked.headers["location"], "a second factor is no passkey"
        strong = scene.sign_in("webauthn")
        entry = client.get(first.headers["location"], headers={"cookie": strong})
        entered = client.get(entry.headers["location"], headers={"cookie": f"{weak}; {state}"})
        assert entered.headers["location"] == scene.url("/strong/x?a=1")
        (cookie,) = cookies_set(entered)
        page = client.get(entered.headers["location"], headers={"cookie": f"{COOKIE}={cookie}"})
    assert page.status_code == 200


def test_several_tabs_at_once_all_land_on_their_pages(scene: IdentityStage) -> None:
    at_id = {"cookie": scene.sign_in()}
    firsts = [scene.get(f"/required/tab{n}", headers=NAVIGATES) for n in range(3)]
    state = firsts[-1].headers["set-cookie"].partition(";")[0]
    with scene.stage.client() as client:
        entries = [client.get(one.headers["location"], headers=at_id) for one in firsts]
        landed = [client.get(one.headers["location"], headers={"cookie": state}) for one in entries]
    assert [one.headers["location"] for one in landed] == [
        scene.url(f"/required/tab{n}") for n in range(3)
    ]
    assert [len(cookies_set(one)) for one in landed] == [0, 0, 1], "the state is of the last tab"


def test_a_code_is_for_one_host_one_browser_and_one_time(scene: IdentityStage) -> None:
    first = scene.get(headers=NAVIGATES)
    state = first.headers["set-cookie"].partition(";")[0]
    entry = scene.get_url(first.headers["location"], cookie=scene.sign_in()).headers["location"]
    elsewhere = entry.replace(APP, f"north.{APP}")
    assert not cookies_set(scene.get_url(elsewhere, cookie=state))
    assert not cookies_set(scene.get_url(entry))
    assert not cookies_set(scene.get_url(entry, cookie=f"{COOKIE}-state=other"))
    assert len(cookies_set(scene.get_url(entry, cookie=state))) == 1
    assert not cookies_set(scene.get_url(entry, cookie=state))


def test_the_cookie_of_a_tenants_host_is_good_there_alone(scene: IdentityStage) -> None:
    north, south = scene.organisation(), scene.organisation()
    session = scene.session(scene.person(north, south), north)
    at_north, at_south = f"{north.slug}.{APP}", f"{south.slug}.{APP}"
    cookies = {host: f"{COOKIE}={scene.enter(session, host)}" for host in (APP, at_north, at_south)}
    for host, cookie in cookies.items():
        for other in cookies:
            for path in ("/required", "/optional"):
                answer, seen = scene.seen(path, cookie=cookie, host=other)
                told = [one.values("x-ringwall-tenant") for one in seen]
                if host == other:
                    slug = north.slug if host in {APP, at_north} else south.slug
                    assert (answer.status_code, told) == (200, [[slug]]), (host, other, path)
                elif path == "/required":
                    assert (answer.status_code, told) == (401, []), (host, other)
                else:
                    assert told in ([], [[]]), (host, other)


def test_a_wildcards_cookie_is_for_one_name_below_it(scene: IdentityStage) -> None:
    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session, 'one.wild.localhost')}"
    assert scene.get(host="one.wild.localhost", cookie=cookie).status_code == 200
    assert scene.get(host="two.wild.localhost", cookie=cookie).status_code == 401
    assert scene.get(host=APP, cookie=cookie).status_code == 401
    plain = f"{COOKIE}={scene.enter(session)}"
    assert scene.get(host="one.wild.localhost", cookie=plain).status_code == 401


@pytest.mark.parametrize("host", ["APP.localhost", "app.LOCALHOST.", "app.localhost."])
def test_names_of_hosts_are_the_same_in_any_case_and_with_a_dot(
    scene: IdentityStage, host: str
) -> None:
    cookie = scene.jar()
    asked = f"{host}:{scene.stage.port}"
    line = f"cookie: {cookie}\r\n".encode()
    assert _raw(scene, b"/required/x", line, host=asked).status == 200
    sent = _raw(scene, b"/required/x", browser=True, host=asked)
    assert sent.status == 302
    (location,) = sent.values("location")
    entry = scene.get_url(location, cookie=scene.sign_in()).headers["location"]
    assert entry.startswith(scene.url("/.ringwall/enter?"))


def test_http2_is_judged_like_http1(scene: IdentityStage) -> None:
    page, cookie = "/required/x?a=1", scene.jar()
    navigates = ("sec-fetch-mode", "navigate")
    halves = [("cookie", "a=b"), ("cookie", cookie), ("cookie", "c=d")]
    assert _http2(scene, page, navigates).status == 302
    assert _http2(scene, page).status == 401
    assert _http2(scene, page, *halves).status == 200
    odd = _http2(scene, "/required/\u00e9?\u00e9", navigates)
    assert odd.status in {0, 400} or odd.values("location")[0].startswith(scene.url("/enter?", ID))
    spoofed = _http2(scene, page, ("host", "evil.example"), navigates)
    assert spoofed.status in {0, 400} or "evil" not in spoofed.values("location")[0]


def _http2(scene: IdentityStage, path: str, *fields: tuple[str, str]) -> Answer:
    """One answer; its status is 0 when the edge ends the stream instead."""
    base = [(":method", "GET"), (":scheme", "https"), (":authority", _host(scene, APP))]
    with Http2(scene.stage) as connection:
        connection.request([*base, (":path", path), *fields])
        connection.read(10, until=1)
        return connection.answers[0] if connection.answers else Answer(0, (), b"")


def test_a_websocket_begins_for_who_is_signed_in(scene: IdentityStage) -> None:
    cookie = scene.jar()
    for value in (cookie, f"{COOKIE}={run_out(cookie.partition('=')[2])}"):
        with _chat(scene, {"cookie": f"a=b; {value}"}) as chat:
            chat.send("hello")
            assert chat.recv(timeout=5) == "hello"
    token = scene.issue(Purpose.ACCESS)
    with _chat(scene, {"authorization": f"Bearer {token}"}) as chat:
        chat.send("hello")
        assert chat.recv(timeout=5) == "hello"
    for sent in ({}, {"cookie": f"{COOKIE}=1.{SECRET}~y"}, {"authorization": "Bearer x.y.z"}):
        with pytest.raises(InvalidStatus) as refused:
            _chat(scene, sent)
        assert refused.value.response.status_code == 401


def _chat(scene: IdentityStage, sent: dict[str, str]) -> Any:
    sock = socket.create_connection(("127.0.0.1", scene.stage.port))
    return connect(
        f"wss://{_host(scene, APP)}/chat",
        sock=sock,
        ssl=scene.stage.trust(),
        server_hostname=APP,
        additional_headers=sent,
    )


def test_events_flow_to_who_is_signed_in(scene: IdentityStage) -> None:
    assert scene.get("/events").status_code == 401
    cookie = scene.jar()
    with (
        scene.stage.client() as client,
        client.stream("GET", scene.url("/events"), headers={"cookie": cookie}) as answer,
    ):
        assert answer.status_code == 200
        lines = [line for line in answer.iter_lines() if line]
    assert lines == [f"data: {number}" for number in range(20)]


def test_the_record_says_who_asked_and_no_secret(scene: IdentityStage) -> None:
    session = scene.session()
    cookie, mark = scene.enter(session), scene.mark()
    key = f"rwk_{scene.issue(Purpose.KEY)}~abcdef"
    scene.get(f"/required/{mark}?code=secret", cookie=f"{COOKIE}={cookie}")
    scene.get(f"/required/{mark}?code=secret", key=key)
    strange = scene.get(f"/required/{mark}?code=secret", key="rwk_nothing~abcdef")
    assert strange.status_code == 401
    path = scene.stage.state / "spool" / "edge" / "access.jsonl"

    def found() -> list[dict[str, Any]]:
        rows = map(json.loads, path.read_text().splitlines())
        return [one for one in rows if mark in (one["path"] or "")]

    scene.stage.wait(lambda: len(found()) == 2)
    first, second = found()
    assert (first["user"], first["session"]) == (session.user.subject, session.sid)
    assert second["user"].startswith("sub")
    strangers = path.with_name("strangers.jsonl")
    scene.stage.wait(lambda: mark in strangers.read_text())
    (third,) = [
        one for one in map(json.loads, strangers.read_text().splitlines()) if mark in str(one)
    ]
    assert (third["status"], third["user"], third["request_id"] is None) == (401, None, False)
    assert mark not in "".join(line for line in path.read_text().splitlines() if "401" in line)
    text = path.read_text() + strangers.read_text()
    for secret in (cookie, cookie.partition("~")[2], key, key[4:-7], "code=secret"):
        assert secret not in text


def test_a_header_as_echoed_by_a_whole_service(scene: IdentityStage) -> None:
    session = scene.session()
    answer = scene.get("/anything", cookie=f"a=b; {COOKIE}={scene.enter(session)}; c=d")
    told = answer.json()
    assert header(told, "cookie") == ["a=b; c=d"]
    assert header(told, "x-ringwall-user") == [session.user.subject]


def _host(scene: IdentityStage, name: str) -> str:
    return f"{name}:{scene.stage.port}"


def _raw(
    scene: IdentityStage,
    target: bytes,
    lines: bytes = b"",
    *,
    browser: bool = False,
    host: str | None = None,
) -> Any:
    """The first answer to a request as it stands, ``None`` when the edge gives none."""
    head = b"GET " + target + b" HTTP/1.1\r\nhost: " + (host or _host(scene, APP)).encode()
    told = b"\r\nsec-fetch-mode: navigate" if browser else b""
    data = head + told + b"\r\n" + lines + b"\r\n"
    answers = converse(scene.stage, data, patience=10, linger=0.02, to_the_end=False).answers
    return answers[0] if answers else None
