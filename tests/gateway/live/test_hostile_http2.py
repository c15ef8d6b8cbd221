"""HTTP/2 requests that HTTP/2 forbids, or that say two things at once: refused, or harmless."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import pytest
from tests.gateway.live.bystander import Bystander
from tests.gateway.live.hostile import HostileStage, Outcome, check_open, judge
from tests.gateway.live.hostile_crafting import get
from tests.gateway.live.wire import converse
from tests.gateway.live.wire2 import Fields, Http2

pytestmark = pytest.mark.e2e

METHOD, SCHEME = (":method", "GET"), (":scheme", "https")
AUTHORITY, PATH = (":authority", "app.localhost"), (":path", "/static/~")


def _asked(*more: tuple[str, str]) -> Fields:
    return [METHOD, SCHEME, AUTHORITY, PATH, *more]


def _path(path: str) -> Fields:
    return [METHOD, SCHEME, AUTHORITY, (":path", path)]


def _authority(authority: str, path: str = "/static/~") -> Fields:
    return [METHOD, SCHEME, (":authority", authority), (":path", path)]


def _method(method: str) -> Fields:
    return [(":method", method), SCHEME, AUTHORITY, PATH]


def _scheme(scheme: str) -> Fields:
    return [METHOD, (":scheme", scheme), AUTHORITY, PATH]


REFUSED: Final[Mapping[str, Fields]] = {
    ":path twice the same": [METHOD, SCHEME, AUTHORITY, PATH, PATH],
    ":path twice": [METHOD, SCHEME, AUTHORITY, PATH, (":path", "/admin")],
    ":method twice": [METHOD, (":method", "POST"), SCHEME, AUTHORITY, PATH],
    ":scheme twice": [METHOD, SCHEME, (":scheme", "http"), AUTHORITY, PATH],
    ":authority twice": [METHOD, SCHEME, AUTHORITY, (":authority", "other.localhost"), PATH],
    "no :path": [METHOD, SCHEME, AUTHORITY],
    "no :method": [SCHEME, AUTHORITY, PATH],
    "no :authority": [METHOD, SCHEME, PATH],
    "no pseudo-header": [("a", "b")],
    "a pseudo-header behind a header": [METHOD, SCHEME, AUTHORITY, ("a", "b"), PATH],
    "an unknown pseudo-header": [METHOD, SCHEME, AUTHORITY, (":some", "a"), PATH],
    ":status": [METHOD, SCHEME, AUTHORITY, (":status", "200"), PATH],
    "extended CONNECT": [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        SCHEME,
        AUTHORITY,
        PATH,
    ],
    "CONNECT": [(":method", "CONNECT"), (":authority", "app.localhost:443")],
    "path: empty": _path(""),
    "path: no slash": _path("static/~"),
    "path: asterisk": _path("*"),
    "path: a URI": _path("https://app.localhost/static/~"),
    "path: another URI": _path("https://evil.example/static/~"),
    "path: a space": _path("/static/~ HTTP/1.1"),
    "path: a whole request": _path("/static/~ HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /static/~"),
    "path: CR": _path("/static/~\r"),
    "path: LF": _path("/static/~\nX-A: b"),
    "path: NUL": _path("/static/~\0"),
    "path: fragment": _path("/static/~#part"),
    "path: ..%2f": _path("/static/..%2fadmin/~"),
    "path: ..": _path("/static/../admin/~"),
    "path: %2e%2e;": _path("/static/%2e%2e;/admin/~"),
    "path: %00": _path("/static/%00~"),
    "path: backslash": _path("/static\\..\\..\\admin\\~"),
    "method: lower case": _method("get"),
    "method: made up": _method("FROB"),
    "method: TRACE": _method("TRACE"),
    "method: empty": _method(""),
    "method: a space": _method("GET "),
    "method: a whole request": _method("GET /admin HTTP/1.1\r\nHost: app.localhost\r\n\r\nGET"),
    "scheme: a URI": _scheme("https://evil.example/?"),
    "scheme: LF": _scheme("https\nX-A: b"),
    "authority: empty": _authority(""),
    "authority: unknown": _authority("evil.example"),
    "authority: userinfo": _authority("a:b@app.localhost"),
    "authority: a path": _authority("app.localhost/static"),
    "authority: a space": _authority("app.localhost evil"),
    "authority: LF": _authority("app.localhost\nX-A: b"),
    "authority: NUL": _authority("app.localhost\0"),
    "authority: another port": _authority("app.localhost:1"),
    "authority: userinfo before a wildcard": _authority("a:b@c.tenants.localhost", "/tenant/~"),
    "authority: dots before a wildcard": _authority("..tenants.localhost", "/tenant/~"),
    "name: upper case": _asked(("X-A", "b")),
    "name: empty": _asked(("", "b")),
    "name: a space": _asked(("x a", "b")),
    "name: a colon": _asked(("x:a", "b")),
    "name: LF": _asked(("x-a\nx-b", "c")),
    "name: NUL": _asked(("x\0a", "b")),
    "name: underscore": _asked(("x_a", "b")),
    "name: high byte": _asked(("x\xfc", "b")),
    "value: LF": _asked(("x-a", "b\nx-forwarded-for: 192.0.2.1")),
    "value: CR": _asked(("x-a", "b\rx-forwarded-for: 192.0.2.1")),
    "value: a whole request": _asked(
        ("x-a", "b\r\n\r\nGET /static/~ HTTP/1.1\r\nHost: app.localhost")
    ),
    "value: NUL": _asked(("x-a", "b\0c")),
    "connection": _asked(("connection", "close")),
    "keep-alive": _asked(("keep-alive", "timeout=9")),
    "proxy-connection": _asked(("proxy-connection", "close")),
    "transfer-encoding": _asked(("transfer-encoding", "chunked")),
    "upgrade": _asked(("upgrade", "websocket")),
    "te: gzip": _asked(("te", "gzip")),
    "length: of nothing": _asked(("content-length", "3")),
    "length: negative": _asked(("content-length", "-1")),
    "length: letters": _asked(("content-length", "a")),
    "length: twice": _asked(("content-length", "0"), ("content-length", "1")),
    "1000 headers": _asked(*((f"x-{n}", "a") for n in range(1000))),
    "64 kB": _asked(*((f"x-{n}", "a" * 1000) for n in range(66))),
}
HARMLESS: Final[Mapping[str, Fields]] = {
    "scheme: http": _scheme("http"),
    "scheme: ftp": _scheme("ftp"),
    "path: high byte": _path("/static/~\xff"),
    "as it should be": _asked(),
    "host that differs": _asked(("host", "other.localhost")),
    "host of nobody": _asked(("host", "evil.example")),
    "cookies in pieces": _asked(("cookie", "a=b"), ("cookie", "c=d")),
    "te: trailers": _asked(("te", "trailers")),
    "path: //": _path("//static/~"),
    "path: dots inside": _path("/static/a/../~"),
    "authority: upper case": _authority("APP.localhost"),
    "authority: trailing dot": _authority("app.localhost."),
}


@dataclass(frozen=True, slots=True)
class Barrage:
    """What came of everything, sent while somebody else uses the edge over HTTP/2."""

    outcomes: dict[str, Outcome]
    bystander: Bystander


@pytest.fixture(scope="module")
def barrage(hostile: HostileStage) -> Barrage:
    several = {**REFUSED, **HARMLESS}
    with Bystander(hostile.stage, http2=True) as bystander, ThreadPoolExecutor(24) as pool:
        found = pool.map(lambda fields: _send(hostile, fields), several.values())
        outcomes = dict(zip(several, found, strict=True))
    return Barrage(outcomes, bystander)


def _send(
    hostile: HostileStage, fields: Fields, body: bytes | None = None, trailers: Fields = ()
) -> Outcome:
    mark = hostile.mark()
    marked = [(str(name), str(value).replace("~", mark)) for name, value in fields]
    with Http2(hostile.stage) as client:
        client.request(marked, body, trailers)
        client.read(15.0, until=1)
        told = client.answers or client.resets or client.closed
    assert told, "neither answered nor cut off"
    return Outcome(client.exchange, tuple(hostile.recorder.about(mark)))


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(barrage: Barrage, name: str) -> None:
    outcome = barrage.outcomes[name]
    judge(outcome)
    assert outcome.refused


@pytest.mark.parametrize("name", HARMLESS)
def test_it_is_harmless(hostile: HostileStage, barrage: Barrage, name: str) -> None:
    outcome = barrage.outcomes[name]
    judge(outcome)
    assert outcome.exchange.statuses == (200,)
    (seen,) = outcome.seen
    assert seen.host.lower() == "app.localhost"
    (record,) = hostile.records(seen.values("x-request-id")[0])
    judged = (record["method"], record["host"], record["path"])
    assert (seen.method, seen.host, seen.path) == judged


def test_nobody_else_noticed(hostile: HostileStage, barrage: Barrage) -> None:
    barrage.bystander.check()
    assert not hostile.recorder.broken


@pytest.mark.parametrize("length", ["2", "4"])
def test_a_body_that_is_not_as_long_as_said_never_counts_as_whole(
    hostile: HostileStage, length: str
) -> None:
    fields = [(":method", "POST"), SCHEME, AUTHORITY, PATH, ("content-length", length)]
    outcome = _send(hostile, fields, b"abc")
    judge(outcome)
    assert not [one for one in outcome.seen if one.complete]
    assert 200 not in outcome.exchange.statuses


@pytest.mark.parametrize(
    "trailer", [(":path", "/admin"), ("x-a", "b\nc"), ("x a", "b"), ("X-A", "b"), ("x_a", "b")]
)
def test_a_body_with_a_forbidden_trailer_never_counts_as_whole(
    hostile: HostileStage, trailer: tuple[str, str]
) -> None:
    fields = [(":method", "POST"), SCHEME, AUTHORITY, PATH]
    outcome = _send(hostile, fields, b"abc", [trailer])
    judge(outcome)
    assert not [one for one in outcome.seen if one.complete]
    assert 200 not in outcome.exchange.statuses


def test_trailers_stay_at_the_edge(hostile: HostileStage) -> None:
    fields = [(":method", "POST"), SCHEME, AUTHORITY, PATH]
    outcome = _send(hostile, fields, b"abc", [("x-forwarded-for", "192.0.2.1")])
    judge(outcome)
    (seen,) = outcome.seen
    assert (seen.body, seen.complete) == (b"abc", True)


@pytest.mark.parametrize("scheme", ["https", "http", "ftp"])
def test_the_service_is_told_the_scheme_that_is_true(hostile: HostileStage, scheme: str) -> None:
    path = f"/http2/{hostile.mark()}"
    outcome = _send(hostile, [METHOD, (":scheme", scheme), AUTHORITY, (":path", path)])
    assert outcome.exchange.statuses == (200,)
    (seen,) = [one for one in hostile.recorder2.seen if one.target == path]
    check_open(seen)
    assert seen.values("scheme") == ["https"]


def test_an_absolute_uri_does_not_tell_the_service_another_scheme(hostile: HostileStage) -> None:
    path = f"/http2/{hostile.mark()}".encode()
    exchange = converse(hostile.stage, get(b"http://app.localhost" + path))
    assert exchange.statuses == (200,)
    (seen,) = [one for one in hostile.recorder2.seen if one.target == path.decode()]
    check_open(seen)
    assert seen.values("scheme") == ["https"]
