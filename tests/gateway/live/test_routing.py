"""What leads where, and what leads nowhere: hosts, paths, methods, headers, the plain-text twin."""

import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.gateway.live import upstream
from tests.gateway.live.peers import through
from tests.gateway.live.stage import Json, Stage, echo_service, header
from tests.gateway.live.upstream import Exchange, Upstream, reply
from tests.ports import free_port
from tests.tls import over_tls

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings
from ringwall.gateway.envoy import headers
from ringwall.gateway.envoy.routes import redirect_table

pytestmark = pytest.mark.e2e

ALL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def _route(name: str, path: str, *hosts: str, **more: Any) -> Json:
    given = {"x-route": name, **more.pop("response_headers", {})}
    return {
        "name": name,
        "path": path,
        "hosts": list(hosts or ["app.localhost"]),
        "service": "plain",
        "response_headers": given,
        **more,
    }


class Place:
    """The running installation and the services behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = CertificateStore(folder / "their-authority", clock=SystemClock())
        own = store.for_host("billing.example", HostSettings())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(own.chain, own.key)
        self.plain = Upstream("plain")
        self.secure = Upstream("secure", context=context)
        self.roots = store.trust_bundle("edge")
        other = CertificateStore(folder / "another-authority", clock=SystemClock())
        self.other_roots = other.trust_bundle("edge")

    def config(self) -> Json:
        def theirs(**more: object) -> Json:
            return {
                "addresses": [self.secure.address],
                "tls": "server",
                "owner": "tests",
                "health": None,
                "server_name": "billing.example",
                "trusted_roots": "roots.pem",
                **more,
            }

        plain = {
            "addresses": [self.plain.address],
            "tls": "none",
            "owner": "tests",
            "response_headers": {"x-layer": "service", "referrer-policy": "no-referrer"},
        }
        calling = echo_service(calls=["theirs"])
        calling["sidecar"]["outbound"] = "unix:run/out.sock"
        return {
            "edge": {
                "hosts": {
                    "app.localhost": {},
                    "*.tenant.localhost": {},
                    "one.tenant.localhost": {},
                },
                "public_port": 443,
                "response_headers": {"x-layer": "edge", "permissions-policy": "camera=(self)"},
            },
            "services": {
                "echo": calling,
                "plain": plain,
                "gone": {**plain, "addresses": [f"127.0.0.1:{free_port()}"], "health": None},
                "theirs": theirs(),
                "named-wrong": theirs(server_name="other.example"),
                "signed-wrong": theirs(trusted_roots="other-roots.pem"),
                "system-roots": theirs(trusted_roots=None),
            },
            "routes": [
                # The least specific first: the order in the file must not matter.
                _route("rest", "/tree/**"),
                _route("any", "/tree/{x}"),
                _route("any-leaf", "/tree/{x}/leaf"),
                _route("exact", "/tree/oak"),
                _route("exact-rest", "/tree/oak/**"),
                _route("read", "/thing/{id}", methods=["GET"]),
                _route("write", "/thing/{name}", methods=["PUT", "DELETE"]),
                _route("wild", "/**", "*.tenant.localhost"),
                _route("one", "/only", "one.tenant.localhost"),
                _route("gone", "/gone", service="gone"),
                _route(
                    "own",
                    "/own",
                    response_headers={
                        "x-layer": "route",
                        "x-frame-options": None,
                        "content-security-policy": "default-src 'self'; report-uri /50%",
                    },
                ),
                _route("echo", "/echo/**", methods=ALL, service="echo"),
                *(
                    _route(name, f"/{name}", service=name)
                    for name in ("theirs", "named-wrong", "signed-wrong", "system-roots")
                ),
            ],
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with (place := Place(tmp_path_factory.mktemp("services"))).plain, place.secure:
        yield place


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, place: Place) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("routing")
    (folder / "roots.pem").write_bytes(place.roots.read_bytes())
    (folder / "other-roots.pem").write_bytes(place.other_roots.read_bytes())
    with Stage(folder, place.config()) as running:
        yield running.up()


@pytest.fixture(scope="module")
def client(stage: Stage) -> Iterator[httpx.Client]:
    with stage.client() as client:
        yield client


def _route_of(answer: httpx.Response) -> str | None:
    return answer.headers.get("x-route") if answer.status_code == 200 else None


def _ask(stage: Stage, path: str, host: str, sni: str = "app.localhost") -> tuple[bytes, bytes]:
    """Head and body of an answer. Sent raw: clients would resolve such paths themselves."""
    context = stage.trust()
    context.check_hostname = sni == "app.localhost"
    with over_tls(context, stage.port, host=sni) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        received = b""
        while b"\r\n\r\n" not in received:
            received += tls.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += tls.recv(65536)
    return head, body


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/tree/oak", "exact"),
        ("/tree/oak?leaf=1", "exact"),
        ("/tree/elm", "any"),
        ("/tree/Oak", "any"),
        ("/tree/oak/leaf", "exact-rest"),
        ("/tree/oak/", "exact-rest"),
        ("/tree/elm/leaf", "any-leaf"),
        ("/tree/elm/leaf/vein", "rest"),
        ("/tree/elm/", "rest"),
        ("/tree/", "rest"),
        ("/tree", None),
        ("/trees", None),
        ("/tree/../tree/oak", "exact"),
        ("//tree///oak", "exact"),
        ("/", None),
    ],
)
def test_the_most_specific_template_wins(stage: Stage, path: str, route: str | None) -> None:
    head, _ = _ask(stage, path, "app.localhost")
    status = int(head.split(b" ", 2)[1])
    found = re.search(rb"x-route: (\S+)", head)
    assert (status, found and found[1].decode()) == ((200, route) if route else (404, None))


def test_methods_that_no_route_takes_are_told_with_those_allowed(client: httpx.Client) -> None:
    told = {}
    for method in ("GET", "HEAD", "PUT", "DELETE", "POST", "PATCH", "OPTIONS", "TRACE", "PURGE"):
        answer = client.request(method, "https://app.localhost/thing/7")
        told[method] = answer.headers.get("x-route") if answer.status_code == 200 else answer
    assert [told.pop(m) for m in ("GET", "HEAD", "PUT", "DELETE")] == ["read"] * 2 + ["write"] * 2
    for method, answer in told.items():
        assert isinstance(answer, httpx.Response), method
        assert answer.status_code == 405, method
        assert answer.headers["allow"] == "DELETE, GET, HEAD, PUT"
        assert answer.text == "405 Method Not Allowed\n"


def test_an_unknown_path_and_an_unknown_host_look_the_same_and_tell_nothing(stage: Stage) -> None:
    def ask(path: str, host: str, sni: str) -> tuple[bytes, ...]:
        head, body = _ask(stage, path, host, sni)
        varying = (b"date:", b"x-request-id:")
        return (*(one for one in head.split(b"\r\n") if not one.startswith(varying)), body)

    answers = {
        ask("/nowhere", "app.localhost", "app.localhost"),
        ask("/only", "app.localhost", "app.localhost"),
        ask("/", "other.localhost", "app.localhost"),
        ask("/tree/oak", "app.localhost:8444", "app.localhost"),
        ask("/tree/oak", "127.0.0.1", "app.localhost"),
        ask("/tree/oak", "app.localhost", "other.localhost"),
        ask("/x", "one.tenant.localhost", "one.tenant.localhost"),
        ask("/x", "a.b.tenant.localhost", "b.tenant.localhost"),
        ask("/only", "a.one.tenant.localhost:443", "b.tenant.localhost"),
        ask("/x", "tenant.localhost", "b.tenant.localhost"),
    }
    (only,) = answers
    assert only[0] == b"HTTP/1.1 404 Not Found"
    assert only[-1] == b"404 Not Found\n"
    text = b"\n".join(only).lower()
    for word in (b"envoy", b"ringwall", b"echo", b"route", b"python", b"127.0.0.1"):
        assert word not in text, word


def test_a_host_has_the_routes_that_name_it_and_no_others(client: httpx.Client) -> None:
    def route(url: str) -> str | None:
        return _route_of(client.get(url))

    assert route("https://two.tenant.localhost/anything") == "wild"
    assert route("https://two.tenant.localhost/only") == "wild"
    assert route("https://one.tenant.localhost/only") == "one"
    assert route("https://one.tenant.localhost/anything") is None
    assert route("https://app.localhost/only") is None
    # Names are compared without regard to case, and with the port the world knows.
    asked = client.get(
        "https://one.tenant.localhost/only", headers={"host": "ONE.Tenant.localhost:443"}
    )
    assert _route_of(asked) == "one"


def test_port_80_only_redirects(stage: Stage) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{stage.redirect}") as client:
        for method in ("GET", "POST"):
            answer = client.request(
                method, "/a/b%20c?d=e&f=%2F", headers={"host": f"app.localhost:{stage.redirect}"}
            )
            assert answer.status_code == 308
            assert answer.headers["location"] == "https://app.localhost/a/b%20c?d=e&f=%2F"
        for host in ("x.tenant.localhost", "one.tenant.localhost"):
            answer = client.get("/", headers={"host": host})
            assert str(httpx.URL(answer.headers["location"])) == f"https://{host}/"
        for host in (
            "evil.example",
            "127.0.0.1",
            "localhost",
            "a.b.tenant.localhost",
            "tenant.localhost",
        ):
            answer = client.get("/", headers={"host": host})
            assert (answer.status_code, answer.text) == (404, "404 Not Found\n"), host
            assert "location" not in answer.headers


def test_another_port_than_443_stands_in_the_redirect() -> None:
    table = redirect_table("r", hosts=["app.localhost"], port=8443, challenges=None)
    redirect = table["virtual_hosts"][0]["routes"][-1]
    assert redirect["redirect"]["port_redirect"] == 8443


def test_security_headers_stand_on_every_answer(client: httpx.Client) -> None:
    expected = {**headers.SECURITY, "permissions-policy": "camera=(self)", "x-layer": "edge"}
    # What the service and the route say counts for what they answer, and only there.
    of_service = {**expected, "x-layer": "service", "referrer-policy": "no-referrer"}
    for path, status, wanted in [
        ("/tree/oak", 200, of_service),
        ("/nowhere", 404, expected),
        ("/gone", 503, of_service),
    ]:
        answer = client.get(f"https://app.localhost{path}")
        assert answer.status_code == status
        told = {name: answer.headers.get(name) for name in wanted}
        assert told == wanted, path
    answer = client.patch("https://app.localhost/tree/oak")
    assert answer.status_code == 405
    assert {name: answer.headers.get(name) for name in expected} == expected


def test_a_route_overrides_headers_and_null_leaves_the_services_own(
    client: httpx.Client, place: Place
) -> None:
    place.plain.answer = lambda exchange: reply(
        exchange,
        200,
        b"ok",
        server="secret/1.2",
        via="1.1 inside",
        x_powered_by="tests",
        x_aspnet_version="4",
        x_frame_options="SAMEORIGIN",
        strict_transport_security="max-age=1",
        x_layer="the service itself",
        set_cookie="a=b",
    )
    answer = client.get("https://app.localhost/own")
    assert answer.headers["x-layer"] == "route"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert answer.headers["content-security-policy"] == "default-src 'self'; report-uri /50%"
    assert answer.headers.get_list("strict-transport-security") == ["max-age=63072000"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["set-cookie"] == "a=b"
    for banner in headers.BANNERS:
        assert banner not in answer.headers
    elsewhere = client.get("https://app.localhost/tree/oak")
    assert elsewhere.headers["x-frame-options"] == "DENY"


def test_request_ids_are_unique_and_ours_and_traceparent_passes(client: httpx.Client) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    given = {"x-request-id": "made-up", "traceparent": trace, "tracestate": "a=1,b=2"}
    ids = set()
    for _ in range(5):
        answer = client.get("https://app.localhost/echo/x", headers=given)
        told = answer.json()
        assert header(told, "x-request-id") == [answer.headers["x-request-id"]]
        assert header(told, "traceparent") == [trace]
        assert header(told, "tracestate") == ["a=1,b=2"]
        ids.add(answer.headers["x-request-id"])
    assert len(ids - {"made-up"}) == 5
    assert all(re.fullmatch(r"[0-9a-f-]{36}", one) for one in ids)
    assert header(client.get("https://app.localhost/echo/x").json(), "traceparent") == []
    assert client.get("https://app.localhost/nowhere").headers["x-request-id"] not in ids


def test_no_header_of_a_client_steers_the_edge(client: httpx.Client, place: Place) -> None:
    place.plain.answer = upstream.status(503)
    before = place.plain.total
    steering = {
        "x-envoy-retry-on": "5xx",
        "x-envoy-max-retries": "3",
        "x-envoy-upstream-rq-timeout-ms": "1",
        "x-envoy-retry-grpc-on": "unavailable",
        "x-envoy-original-path": "/own",
        "x-envoy-hedge-on-per-try-timeout": "true",
        "x-envoy-upstream-alt-stat-name": "mine",
    }
    answer = client.put("https://app.localhost/thing/7", headers=steering)
    assert answer.status_code == 503
    assert place.plain.total == before + 1
    claims = {**steering, "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9"}
    told = client.get("https://app.localhost/echo/x", headers=claims).json()
    ours = "x-envoy-external-address"  # the client's, as the edge sees it
    assert [n for n, _ in told["headers"] if n.startswith("x-envoy")] == [ours]
    assert "203.0.113.9" not in str(told)
    assert header(told, "x-real-ip") == []


def test_an_upstream_of_another_authority_is_proven_by_name_and_roots(
    stage: Stage, client: httpx.Client, place: Place
) -> None:
    hosts: list[str] = []

    def tell(exchange: Exchange) -> None:
        hosts.append(exchange.headers["host"])
        reply(exchange, 200, b"secure")

    place.secure.answer = tell
    answer = client.get("https://app.localhost/theirs")
    assert (answer.status_code, answer.text) == (200, "secure")
    assert hosts == ["billing.example"]
    for wrong in ("named-wrong", "signed-wrong", "system-roots"):
        answer = client.get(f"https://app.localhost/{wrong}")
        assert (answer.status_code, answer.text) == (503, "503 Service Unavailable\n"), wrong
    assert len(hosts) == 1

    # A service reaches it by name through its sidecar, under the same conditions.
    assert through(stage.folder / "run" / "out.sock", "theirs") == (200, b"secure")
    assert hosts == ["billing.example"] * 2


def test_new_roots_count_after_a_reload(stage: Stage, client: httpx.Client, place: Place) -> None:
    file = stage.folder / "roots.pem"
    good = file.read_bytes()
    file.write_bytes(b"-----BEGIN CERTIFICATE-----\nnonsense\n")
    refused = stage.command("reload")
    assert refused.returncode != 0
    assert "roots.pem" in refused.stderr + refused.stdout
    assert client.get("https://app.localhost/theirs").status_code == 200
    file.write_bytes(place.other_roots.read_bytes() + good)
    assert stage.command("reload").returncode == 0
    assert client.get("https://app.localhost/theirs").status_code == 200
