"""Headers by which a client would speak in the edge's name never reach a service."""

import socket
from typing import Final

import pytest
from tests.gateway.live.hostile import HostileStage
from tests.gateway.live.record import lines_of, text_of
from tests.gateway.live.wire2 import Http2

from ringwall.gateway.envoy import access_log
from ringwall.gateway.envoy.headers import untrusted_families, untrusted_names

pytestmark = pytest.mark.e2e

_SPOOFED: Final = """
client-cert client-cert-chain cf-connecting-ip fastly-client-ip forwarded front-end-https proxy
remote-user ssl-client-cert ssl-client-verify true-client-ip x-auth-request-email
x-auth-request-user x-client-cert x-client-ip x-cluster-client-ip x-envoy-attempt-count
x-envoy-auth-partial-body x-envoy-decorator-operation x-envoy-downstream-service-cluster
x-envoy-downstream-service-node x-envoy-expected-rq-timeout-ms x-envoy-external-address
x-envoy-force-trace x-envoy-hedge-on-per-try-timeout x-envoy-internal x-envoy-ip-tags
x-envoy-is-timeout-retry x-envoy-max-retries x-envoy-original-dst-host x-envoy-original-host
x-envoy-original-path x-envoy-peer-metadata x-envoy-retry-grpc-on x-envoy-retry-on
x-envoy-some-other x-envoy-upstream-alt-stat-name x-envoy-upstream-rq-per-try-timeout-ms
x-envoy-upstream-rq-timeout-ms x-envoy-upstream-stream-duration-ms x-forwarded
x-forwarded-access-token x-forwarded-client-cert x-forwarded-email x-forwarded-for
x-forwarded-groups x-forwarded-host x-forwarded-method x-forwarded-path x-forwarded-port
x-forwarded-prefix x-forwarded-proto x-forwarded-scheme x-forwarded-server x-forwarded-ssl
x-forwarded-uri x-forwarded-user x-host x-http-method x-http-method-override x-method-override
x-original-host x-original-method x-original-url x-originating-ip x-real-ip x-remote-addr
x-remote-ip x-remote-user x-request-id x-rewrite-url x-ringwall x-ringwall-some-other
x-ringwall-user x-scheme x-ssl-client-verify x-url-scheme x-webauth-user
"""
_KEPT: Final = """
accept authorization cookie content-type origin traceparent tracestate user-agent x-csrf-token
x-requested-with x-api-key x-clients x-hosted x-trace
"""
SPOOFED: Final = _SPOOFED.split()
KEPT: Final = _KEPT.split()


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("value", ["1", "true", "192.0.2.9", "/admin", "https://evil.example/"])
def test_no_spoofed_value_reaches_the_service(
    hostile: HostileStage, value: str, http2: bool
) -> None:
    mark = hostile.mark()
    sent = [(name, value) for name in SPOOFED] + [(name, f"kept {name}") for name in KEPT]
    with hostile.stage.client(http2=http2) as client:
        answer = client.get(f"https://app.localhost/static/{mark}", headers=sent)
    assert answer.status_code == 200
    (seen,) = hostile.recorder.about(mark)
    arrived = [name for name, found in seen.headers if found == value or "evil" in found]
    assert arrived == []
    assert seen.values("x-forwarded-proto") == ["https"]
    assert len(seen.values("x-forwarded-for")[0].split(",")) == 1
    assert len(seen.values("x-request-id")[0]) == 36
    assert {name: seen.values(name) for name in KEPT} == {n: [f"kept {n}"] for n in KEPT}


def test_a_client_cannot_set_time_outs_or_the_records_path(hostile: HostileStage) -> None:
    mark = hostile.mark()
    sent = {"x-envoy-original-path": "/innocent", "x-envoy-upstream-rq-timeout-ms": "1"}
    with hostile.stage.client() as client:
        client.get(f"https://app.localhost/static/{mark}", headers=sent)
    (seen,) = hostile.recorder.about(mark)
    (record,) = hostile.records(seen.values("x-request-id")[0])
    assert record["path"] == f"/static/{mark}"


@pytest.mark.parametrize("name", sorted({*SPOOFED} - {"x-request-id"}))
def test_the_names_are_told_apart_behind_proxies(name: str) -> None:
    theirs = name in {"x-forwarded-for", "x-forwarded-proto"}
    assert _is_untrusted(name, trusted_hops=1) is not theirs
    assert _is_untrusted(name, trusted_hops=0)


def _is_untrusted(name: str, *, trusted_hops: int) -> bool:
    families = untrusted_families(trusted_hops=trusted_hops)
    return name.startswith(families) or name in untrusted_names(trusted_hops=trusted_hops)


def test_no_header_changes_the_path_that_is_recorded(hostile: HostileStage) -> None:
    """Also of requests that are refused before the edge takes such headers away."""
    for path, mark in (("/items/a%2fb", "refused-early"), ("/items/none", "let-in")):
        send(hostile, path, mark, **{"x-envoy-original-path": f"/innocent-{mark}"})
    state = hostile.stage.state
    hostile.stage.wait(lambda: '"path":"/items/none"' in text_of(state))
    recorded = text_of(state)
    assert '"path":"/items/a/b"' in recorded  # Envoy refuses it once it is unescaped
    assert "/innocent-" not in recorded


SAID: Final = {
    "user": "x-ringwall-user",
    "session": "x-ringwall-session",
    "tenant": "x-ringwall-tenant",
    "program": "x-ringwall-client",
    "roles": "x-ringwall-roles",
    "scopes": "x-ringwall-scope",
    "strength": "x-ringwall-strength",
    "proven": "x-ringwall-proven",
    "request_id": "x-request-id",
}
"""What the record has from headers of the edge's own."""


def test_nobody_names_somebody_else_in_the_record(hostile: HostileStage) -> None:
    """Neither where a request leads nor where it is refused before its headers are looked at."""
    assert set(SAID) == {k for k, v in access_log.FIELDS.items() if v.startswith("%REQ(X-R")}
    forged = dict.fromkeys(SAID.values(), "kforged")
    early = ("/items/a%2fb", "/static/%00", "/static/a#b", "/static/%5c")
    led = ("/static/said", "/nowhere/said")
    for path in (*early, *led):
        send(hostile, path, "said", **forged)
    send(hostile, "/static/unknown-said", "said", host="unknown.localhost", **forged)
    send(hostile, "/static/no-host-said", "said", host=None, **forged)
    state = hostile.stage.state
    hostile.stage.wait(lambda: '"/static/no-host-said"' in text_of(state))
    assert "kforged" not in text_of(state)
    told = {one["path"]: one for one in lines_of(state)}
    assert {"/items/a/b", "/static/unknown-said"} <= told.keys()
    assert all(len(told[path]["request_id"]) == 36 for path in led)
    assert told["/static/no-host-said"].keys() == told["/static/said"].keys()
    assert told["/static/no-host-said"]["details"] == "missing_host_header"


def test_strangers_fill_no_record_but_that_of_strangers(hostile: HostileStage) -> None:
    """However long what they ask for is, whoever they claim to be, and wherever it leads."""
    long, forged = "a" * 9000, {"x-ringwall-user": "ada", "x-ringwall-session": "kada"}
    for path in (f"/static/{long}", f"/nowhere/{long}", "/items/a%2fb", "/static/a%00b"):
        send(hostile, path, "filling", **forged)
    send(hostile, f"/static/{long}", "filling", host="unknown.localhost", **forged)
    send(hostile, "/static/filled", "filling", host=f"{long}.localhost", **forged)
    state = hostile.stage.state
    hostile.stage.wait(lambda: '"/static/filled"' in text_of(state))
    assert (state / "spool" / "edge" / "access.jsonl").read_text() == ""
    lines = lines_of(state)
    for begin in ("/static/aaa", "/nowhere/aaa"):
        assert {len(one["path"]) for one in lines if (one["path"] or "").startswith(begin)} == {
            access_log.LONGEST_PATH
        }
    (told,) = [one for one in lines if one["path"] == "/static/filled"]
    assert len(told["host"]) == access_log.LONGEST_HOST
    assert max(map(len, text_of(state).splitlines())) < 4096


def send(
    hostile: HostileStage, path: str, mark: str, *, host: str | None = "app.localhost", **said: str
) -> None:
    """One request whose headers say what they must not; its answer is not looked at."""
    told = ({} if host is None else {"host": host}) | said | {"connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    hostile.stage.raw(f"GET {path}?{mark} HTTP/1.1\r\n{lines}\r\n".encode(), wait=10)


ENDS: Final = (
    b'a","user":"forged","x":"',
    b"a\\",
    b'a\\","user":"forged',
    b"a\tb",
    b"\xff\xfe",
    b"\x7f",
)
"""Texts that would end a text of JSON, or be none."""


def test_nothing_that_a_client_chooses_ends_a_text_of_the_record(hostile: HostileStage) -> None:
    """Whatever host, path or method a client asks for, each line is JSON and of what it says."""
    stage = hostile.stage
    for number, end in enumerate(ENDS):
        mark = b"ends%d" % number
        stage.raw(_get(b"/static/" + mark + end), wait=10)
        stage.raw(_get(b"/static/" + mark, method=b"G" + end), wait=10)
        stage.raw(_get(b"/tenant/" + mark, end + b".tenants.localhost"), host=TENANT, wait=10)
        for method, path in ((b"GET", b"/2/" + mark + end), (b"G" + end, b"/2/" + mark)):
            with Http2(stage) as client:
                fields = [(b":method", method), (b":path", b"/static" + path), *SCHEME_AND_HOST]
                client.request([(a.decode(), b.decode("latin-1")) for a, b in fields])
                client.read(10, until=1)
        with socket.create_connection(("127.0.0.1", stage.redirect), 10) as plain:
            plain.sendall(_get(b"/to-https/" + mark + end, method=b"GET"))
            plain.recv(1000)
    send(hostile, "/static/after-ends", "after")
    stage.wait(lambda: '"path":"/static/after-ends"' in text_of(stage.state))
    told = lines_of(stage.state)  # each is JSON
    assert not [one for one in told if one["user"] is not None or "x" in one]
    paths = [str(one["path"]) for one in told if "ends" in str(one["path"])]
    assert any("forged" in one for one in paths), paths


TENANT: Final = "some.tenants.localhost"
SCHEME_AND_HOST: Final = ((b":scheme", b"https"), (b":authority", b"app.localhost"))


def _get(path: bytes, host: bytes = b"app.localhost", *, method: bytes = b"GET") -> bytes:
    return method + b" " + path + b" HTTP/1.1\r\nhost: " + host + b"\r\nconnection: close\r\n\r\n"
