"""Ways around the policies: what the service receives is what Cedar was asked, or nothing comes."""

from collections.abc import Mapping
from typing import Final

import pytest
from tests.access.live.guarded import (
    API,
    METHODS,
    NORA,
    NORTH,
    Guarded,
    request,
)
from tests.gateway.live.recorder import Seen

pytestmark = pytest.mark.e2e


def test_what_is_hers_she_gets(edge: Guarded) -> None:
    for path, method in (
        ("/v1/north/list?~", "GET"),
        ("/v2/north/list?~", "GET"),
        ("/v1/north/items/a-1?~", "DELETE"),
        ("/v1/north/items/b-1?~", "GET"),
        ("/chat/north?~", "GET"),
    ):
        _, seen = edge.send(request(path, method=method))
        assert len(seen) == 1, path
        edge.check(seen)
    _, seen = edge.send(request("/own/~", host=NORTH), host=NORTH)
    assert len(seen) == 1
    edge.check(seen)


# -- methods ---------------------------------------------------------------------------------


OVERRIDES: Final = (
    "X-HTTP-Method-Override: DELETE",
    "x-http-method-override: delete",
    "X-HTTP-Method: DELETE",
    "X-Method-Override: DELETE",
    "X-Method: DELETE",
    "X-HTTP-Method-Override: GET\r\nX-HTTP-Method-Override: DELETE",
    "X-Forwarded-Method: DELETE",
    "X-Original-Method: DELETE",
)


@pytest.mark.parametrize("line", OVERRIDES)
def test_no_header_makes_another_method(edge: Guarded, line: str) -> None:
    # Nora may read this item and not change it; and the other way about, nothing is gained.
    _, seen = edge.send(request("/v1/north/items/b-1?_method=DELETE&~", line))
    assert [one.method for one in seen] == ["GET"]
    edge.check(seen)
    for method in ("POST", "PATCH"):
        override = line.replace("DELETE", "GET").replace("delete", "get")
        found, seen = edge.send(
            request("/v1/north/items/b-1?_method=GET&~", override, method=method)
        )
        assert (found.statuses, seen) == ((403,), [])


@pytest.mark.parametrize(
    "line", ["X_HTTP_Method_Override: DELETE", "X-HTTP_Method-Override: DELETE"]
)
def test_underscores_hide_nothing(edge: Guarded, line: str) -> None:
    found, seen = edge.send(request("/v1/north/items/b-1?~", line))
    assert (found.statuses, seen) == ((400,), [])


@pytest.mark.parametrize("method", ["HEAD", *METHODS])
def test_every_method_is_asked_about(edge: Guarded, method: str) -> None:
    for path in ("/v1/south/list", "/v1/south/items/a-1", "/v1/north/items/b-1", "/admin/x"):
        found, seen = edge.send(request(f"{path}?~", method=method), head=method == "HEAD")
        allowed = edge.decide(NORA, method, API, path).allowed
        assert bool(seen) == allowed, path
        edge.check(seen)
        if not allowed:
            assert found.statuses == (403,), path


@pytest.mark.parametrize("method", ["get", "Get", "TRACE", "CONNECT", "PROPFIND", "M-SEARCH"])
def test_odd_methods_lead_nowhere(edge: Guarded, method: str) -> None:
    for target in ("/v1/south/list?~", "/v1/north/list?~"):
        found, seen = edge.send(request(target, method=method))
        assert not seen
        assert found.statuses in {(), (400,), (404,), (405,), (501,)}


# -- paths -----------------------------------------------------------------------------------


PATHS: Final = (
    "/v1/south/list",
    "/v1/south/list/",
    "/v1/south/list.",
    "/v1/south/list;x=1",
    "/v1/south;x=1/list",
    "/v1/north;/../south/list",
    "/v1/north/../south/list",
    "/v1/./south/list",
    "/v1/north/list/../../south/list",
    "/v1//south/list",
    "//v1/south/list",
    "/v1/south//list",
    "/v1/north/%2e%2e/south/list",
    "/v1/north/.%2e/south/list",
    "/v1/north/%2e%2e%2fsouth/list",
    "/v1/north%2f..%2fsouth/list",
    "/v1/north/%252e%252e/south/list",
    "/v1/north%252f..%252fsouth/list",
    "/v1/%6eorth/list",
    "/v1/%73outh/list",
    "/v1/%2573outh/list",
    "/v1/NORTH/list",
    "/v1/North/list",
    "/V1/south/list",
    "/v1/south/LIST",
    "/v1/north./list",
    "/v1/.north/list",
    "/v1/north%00/list",
    "/v1/north%00south/list",
    "/v1/north%20/list",
    "/v1/%20north/list",
    "/v1/north%09/list",
    "/v1/north%0a/list",
    "/v1/north%0d%0a/list",
    "/v1/north%3f/list",
    "/v1/north%23/list",
    "/v1/north%c0%ae/list",
    "/v1/%c0%ae%c0%ae/south/list",
    "/v1/north%e2%80%8b/list",
    "/v1/n%c3%b6rth/list",
    "/v1/\u006e\u00f6rth/list",
    "/v1/north\\..\\south/list",
    "/v1/north%5c..%5csouth/list",
    "/v1/north,south/list",
    "/v1/north|south/list",
    "/v1/(north)/list",
    "/v1/.*/list",
    "/v1/north+/list",
    "/v1/north=/list",
    "/v1/*/list",
    "/v1/{tenant}/list",
    "/v1/$north/list",
    "/v1/'north'/list",
    "/v1/north-2/list",
    "/v1/northern/list",
    "/v1/nort/list",
    "/v1/orth/list",
    "/v1//list",
    "/v1/north/list?/../../south/list",
    "/v1/north/items/a-1/../b-1",
    "/v1/north/items/a-%2f..%2fb-1",
    "/v1/north/items/a-1;/../b-1",
    "/v1/north/items/a%2d1",
    "/v1/north/items/a-%00",
    "/v1/north/items/%61-1",
    "/v1/north/items/A-1",
    "/v1/north/items/xa-1",
    "/v1/north/items/a-..",
    "/v1/north/items/a-1%0ab",
    "/chat/south",
    "/chat/%6eorth",
    "/ADMIN/x",
    "/admin/../v1/south/list",
    "/v1/north/list/../../../admin/x",
    "/v1/north/..;/admin/x",
    "/admin%2fx",
    "/admin;x=1/y",
    "/admin/%2e%2e/v1/north/list",
    "/office/north",
    "/office/north/../../v1/north/list",
    "/v2/south/list",
    "/v2/%6eorth/list",
    "/v2/north/../south/list",
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_path_is_read_in_two_ways(edge: Guarded, path: str, method: str) -> None:
    target = f"{path}{'&' if '?' in path else '?'}~"
    found, seen = edge.send(request(target, method=method))
    edge.check(seen)
    assert seen or found.statuses in {(400,), (403,), (404,), (405,)}, found.statuses
    fields = [(":method", method), (":scheme", "https"), (":authority", API), (":path", target)]
    found, seen = edge.send2(fields)
    edge.check(seen)
    assert seen or found.statuses in {(), (400,), (403,), (404,), (405,)}, found.statuses


TARGETS: Final = (
    f"https://{API}/v1/south/list?~",
    f"http://{API}/v1/south/list?~",
    f"https://{NORTH}/own/~",
    "https://south.app.localhost/own/~",
    f"https://a@{API}/v1/south/list?~",
    f"https://{API}:1/v1/south/list?~",
    f"https://{API}/v1/north/../south/list?~",
    f"//{API}/v1/south/list?~",
    "v1/south/list?~",
    "*",
    "/v1/north/list?~#/../south",
    "/v1/south/list#/v1/north/list?~",
    "/v1/north/list ?~",
)


@pytest.mark.parametrize("target", TARGETS)
def test_no_form_of_the_target_leads_around(edge: Guarded, target: str) -> None:
    for method in ("GET", "OPTIONS"):
        _, seen = edge.send(request(target, method=method))
        edge.check(seen)


URLS: Final = (
    "X-Original-URL: /v1/south/list",
    "X-Rewrite-URL: /v1/south/list",
    "X-Original-URI: /v1/south/list",
    "X-Forwarded-Uri: /v1/south/list",
    "X-Forwarded-Path: /v1/south/list",
    "X-Forwarded-Prefix: /v1/south",
    "X-Forwarded-Host: south.app.localhost",
    "X-Forwarded-For: 192.0.2.1",
    "X-Real-IP: 192.0.2.1",
    "True-Client-IP: 192.0.2.1",
    "Forwarded: for=192.0.2.1;host=south.app.localhost",
    "X-Envoy-Original-Path: /v1/south/list",
    "X-Envoy-External-Address: 192.0.2.1",
    "X-Envoy-Decorator-Operation: other-operation",
    "X-Host: south.app.localhost",
    "Connection: x-ringwall-tenant, x-ringwall-roles, x-ringwall-user",
    "Connection: close, cookie, authorization",
)


@pytest.mark.parametrize("line", URLS)
def test_no_header_names_another_place(edge: Guarded, line: str) -> None:
    for target, host in (("/v1/north/list?~", API), ("/own/~", NORTH)):
        _, seen = edge.send(request(target, line, host=host), host=host)
        edge.check(seen)
        value = line.partition(": ")[2]
        assert value not in repr(seen)
    for target in ("/v1/south/list?~", "/office/north?~", "/admin/x?~"):
        found, seen = edge.send(request(target, line))
        # What a client declares to be of its connection alone is dropped: then it is nobody.
        assert found.statuses == ((401,) if "cookie" in line else (403,))
        assert not seen


# -- what the edge says itself ---------------------------------------------------------------


FORGED: Final[Mapping[str, str]] = {
    "x-ringwall-user": "root",
    "x-ringwall-tenant": "south",
    "x-ringwall-roles": "support",
    "x-ringwall-client": "root",
    "x-ringwall-scope": "orders:read",
    "x-ringwall-email": "nora@north.example",
    "x-ringwall-strength": "phr",
    "x-ringwall-proven": "9999999999",
    "x-ringwall-place": "south.app.localhost",
    "x-ringwall-networks": "n000",
    "x-ringwall-session": "s",
    "x-ringwall-bound": "b",
    "x-ringwall-grant": "g",
    "x-ringwall-assertion": "a",
}
CLOSED: Final = ("/v1/south/list", "/admin/x", "/office/north", "/mail", "/v1/north/items/b-1")


@pytest.mark.parametrize("name", FORGED)
def test_nobody_forges_what_policies_read(edge: Guarded, name: str) -> None:
    value = FORGED[name]
    odd = "".join(c.upper() if at % 2 else c for at, c in enumerate(name))
    for lines in ((f"{name}: {value}",), (f"{odd}: {value}", f"{name.upper()}: {value}, {value}")):
        for path in CLOSED:
            for method in ("GET", "POST"):
                if edge.decide(NORA, method, API, path).allowed:
                    continue
                found, seen = edge.send(request(f"{path}?~", *lines, method=method))
                assert (found.statuses, seen) == ((403,), []), (path, method)
        _, seen = edge.send(request("/v1/north/list?~", *lines))
        assert len(seen) == 1
        edge.check(seen)
    for underscored in (name.replace("-", "_"), name.replace("ringwall-", "ringwall_")):
        found, seen = edge.send(request("/v1/south/list?~", f"{underscored}: {value}"))
        assert (found.statuses, seen) == ((400,), [])


# -- HTTP/2 ----------------------------------------------------------------------------------


GET, HTTPS, AT = (":method", "GET"), (":scheme", "https"), (":authority", API)
OWN, OTHER = (":path", "/v1/north/list?~"), (":path", "/v1/south/list?~")
PSEUDO: Final = {
    "path twice": [GET, HTTPS, AT, OWN, OTHER],
    "path twice, the other first": [GET, HTTPS, AT, OTHER, OWN],
    "method twice": [GET, (":method", "DELETE"), HTTPS, AT, (":path", "/v1/north/items/b-1?~")],
    "path with a space": [GET, HTTPS, AT, (":path", "/v1/north/list /v1/south/list?~")],
    "path with a line": [GET, HTTPS, AT, (":path", "/v1/north/list?~ HTTP/1.1\r\nx-a: b")],
    "path with a fragment": [GET, HTTPS, AT, (":path", "/v1/south/list#/v1/north/list?~")],
    "path with another's fragment": [GET, HTTPS, AT, (":path", "/v1/north/list?~#/../south")],
    "path without a slash": [GET, HTTPS, AT, (":path", "v1/south/list?~")],
    "path with a host": [GET, HTTPS, AT, (":path", f"https://{API}/v1/south/list?~")],
    "another host": [GET, HTTPS, AT, OTHER, ("host", NORTH)],
    "another authority": [GET, HTTPS, (":authority", NORTH), (":path", "/own/~"), ("host", API)],
    "another tenant's authority": [
        GET,
        HTTPS,
        (":authority", "south.app.localhost"),
        (":path", "/own/~"),
        ("host", NORTH),
    ],
    "CONNECT": [(":method", "CONNECT"), (":authority", f"{API}:443")],
    "extended CONNECT": [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        HTTPS,
        AT,
        (":path", "/chat/south?~"),
    ],
    "extended CONNECT elsewhere": [
        (":method", "CONNECT"),
        (":protocol", "websocket"),
        HTTPS,
        AT,
        (":path", "/v1/south/list?~"),
    ],
    "a path behind": [GET, HTTPS, AT, ("a", "b"), OTHER],
    "forged in upper case": [GET, HTTPS, AT, OTHER, ("X-Ringwall-Roles", "support")],
    "forged": [GET, HTTPS, AT, OTHER, ("x-ringwall-roles", "support")],
    "override": [
        GET,
        HTTPS,
        AT,
        (":path", "/v1/north/items/b-1?~"),
        ("x-http-method-override", "DELETE"),
    ],
}


@pytest.mark.parametrize("name", PSEUDO)
def test_pseudo_headers_say_one_thing(edge: Guarded, name: str) -> None:
    for host in (API, NORTH):
        found, seen = edge.send2(PSEUDO[name], host=host)
        edge.check(seen)
        assert all(status < 500 or status == 501 for status in found.statuses)


def test_nothing_came_that_was_no_request(edge: Guarded) -> None:
    assert edge.identity.recorder.broken == []
    assert all(isinstance(one, Seen) for one in edge.identity.recorder.seen)
