"""TLS at the edge: which versions and groups, and which host a connection may speak to."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from cryptography import x509
from OpenSSL import SSL
from tests.gateway.live.recorder import Recorder
from tests.gateway.live.stage import Stage
from tests.gateway.live.wire import connect, converse
from tests.gateway.live.wire2 import Http2

pytestmark = pytest.mark.e2e

STRICT, OTHER, LEGACY = "app.localhost", "other.localhost", "legacy.localhost"
TENANT: Final = "a.tenants.localhost"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    hosts = [STRICT, OTHER, LEGACY, "*.tenants.localhost"]
    with Recorder() as recorder:
        service = {"owner": "tests", "tls": "none", "health": None}
        config = {
            "edge": {"hosts": {**{h: {} for h in hosts}, LEGACY: {"tls_minimum": "1.2"}}},
            "services": {"recorder": {"addresses": [recorder.address], **service}},
            "routes": [{"name": "all", "hosts": hosts, "path": "/**", "service": "recorder"}],
        }
        with Stage(tmp_path_factory.mktemp("tls"), config) as running:
            yield running.up()


class Client:
    """A connection by pyOpenSSL, whose OpenSSL speaks what browsers speak."""

    def __init__(self, connection: SSL.Connection) -> None:
        self.connection = connection

    def ask(self, host: str, path: str = "/") -> bytes:
        """One request; the whole answer, so that nothing of it is left for the next."""
        self.connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        answer = b""
        while True:
            head, end, body = answer.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            if end and length and len(body) >= int(length[1]):
                return answer
            answer += self.connection.recv(65536)

    @property
    def names(self) -> list[str]:
        """The host names of the certificate that was shown."""
        shown = self.connection.get_peer_certificate()
        assert shown is not None
        certificate = shown.to_cryptography()
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return found.value.get_values_for_type(x509.DNSName)


def trusting(stage: Stage, version: int | None = None) -> SSL.Context:
    """A client's context for one version of TLS, or for any."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.load_verify_locations(str(stage.state / "pki" / "edge" / "trust.pem"))
    context.set_verify(SSL.VERIFY_NONE)
    if version is not None:
        context.set_min_proto_version(version)
        context.set_max_proto_version(version)
    return context


@contextmanager
def client(
    stage: Stage,
    sni: str | None,
    *,
    version: int | None = None,
    context: SSL.Context | None = None,
    session: SSL.Session | None = None,
) -> Iterator[Client]:
    """Connect, naming a host or none."""
    context = context or trusting(stage, version)
    sock = socket.create_connection(("127.0.0.1", stage.port), timeout=5)
    sock.setblocking(True)
    connection = SSL.Connection(context, sock)
    if sni is not None:
        connection.set_tlsext_host_name(sni.encode())
    if session is not None:
        connection.set_session(session)
    connection.set_connect_state()
    try:
        connection.do_handshake()
        yield Client(connection)
    finally:
        sock.close()


def test_the_hybrid_group_is_agreed_with_a_client_that_offers_it(stage: Stage) -> None:
    with client(stage, STRICT) as found:
        assert found.connection.get_protocol_version_name() == "TLSv1.3"
        assert found.connection.get_group_name() == "X25519MLKEM768"
        assert found.ask(STRICT).startswith(b"HTTP/1.1 200 ")


def test_a_client_without_the_hybrid_group_is_served(stage: Stage) -> None:
    # Python's own OpenSSL 3.0 has no ML-KEM: it offers X25519 first.
    assert stage.get(f"https://{STRICT}/").status_code == 200


@pytest.mark.parametrize("host", [STRICT, OTHER, TENANT, "unknown.localhost", None])
def test_tls_1_2_is_refused_by_default(stage: Stage, host: str | None) -> None:
    with (
        pytest.raises(SSL.Error, match="protocol version"),
        client(stage, host, version=SSL.TLS1_2_VERSION),
    ):
        pytest.fail("TLS 1.2 was agreed")


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
def test_a_host_may_allow_tls_1_2(stage: Stage, version: int) -> None:
    with client(stage, LEGACY, version=version) as found:
        assert found.ask(LEGACY).startswith(b"HTTP/1.1 200 ")
        assert found.names == [LEGACY]


@pytest.mark.parametrize("version", [SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION])
@pytest.mark.parametrize("host", [STRICT, OTHER, TENANT, STRICT.upper(), f"{STRICT}."])
def test_its_connections_lead_to_no_other_host(stage: Stage, host: str, version: int) -> None:
    with client(stage, LEGACY, version=version) as found:
        assert found.ask(host).startswith(b"HTTP/1.1 421 ")
        assert found.ask(f"{host}:{stage.port}").startswith(b"HTTP/1.1 421 ")
        assert found.ask(LEGACY).startswith(b"HTTP/1.1 200 ")


def test_its_http2_connections_lead_to_no_other_host(stage: Stage) -> None:
    with Http2(stage, sni=LEGACY) as found:
        for host in (LEGACY, STRICT, TENANT, "unknown.localhost"):
            found.request(
                [(":method", "GET"), (":scheme", "https"), (":authority", host), (":path", "/")]
            )
        found.read(20.0, until=4)
    statuses = sorted(found.exchange.statuses)
    assert statuses == [200, 404, 421, 421]


def test_a_session_of_tls_1_2_is_not_taken_up_at_another_host(stage: Stage) -> None:
    context = trusting(stage, SSL.TLS1_2_VERSION)
    with client(stage, LEGACY, context=context) as found:
        assert found.ask(LEGACY).startswith(b"HTTP/1.1 200 ")
        session = found.connection.get_session()
    with (
        pytest.raises(SSL.Error, match="protocol version"),
        client(stage, STRICT, context=context, session=session),
    ):
        pytest.fail("TLS 1.2 was agreed")


def test_a_session_of_tls_1_3_does_not_carry_over_to_another_hosts_rules(stage: Stage) -> None:
    context = trusting(stage)
    with client(stage, STRICT, context=context) as found:
        assert found.ask(STRICT).startswith(b"HTTP/1.1 200 ")
        session = found.connection.get_session()
    with client(stage, "unknown.localhost", context=context, session=session) as found:
        assert found.ask(STRICT).startswith(b"HTTP/1.1 404 ")
    with client(stage, LEGACY, context=context, session=session) as found:
        assert found.ask(STRICT).startswith(b"HTTP/1.1 421 ")


def test_renegotiation_is_refused(stage: Stage) -> None:
    with client(stage, LEGACY, version=SSL.TLS1_2_VERSION) as found:
        found.connection.renegotiate()
        with pytest.raises(SSL.Error):
            found.connection.do_handshake()


@pytest.mark.parametrize(
    "sni", ["unknown.localhost", None, "localhost", "tenants.localhost", "xn--pp-via.localhost"]
)
def test_who_names_no_known_host_gets_404_and_a_certificate_that_tells_nothing(
    stage: Stage, sni: str | None
) -> None:
    with client(stage, sni) as found:
        for host in (STRICT, LEGACY, TENANT, sni or "127.0.0.1"):
            assert found.ask(host).startswith(b"HTTP/1.1 404 ")
        assert not [name for name in found.names if name.endswith("localhost")]


@pytest.mark.parametrize("sni", [STRICT.upper(), "App.LocalHost"])
def test_the_case_of_the_name_does_not_matter(stage: Stage, sni: str) -> None:
    with client(stage, sni) as found:
        assert found.names == [STRICT]
        assert found.ask(STRICT).startswith(b"HTTP/1.1 200 ")


def test_a_name_under_a_wildcard_gets_its_certificate(stage: Stage) -> None:
    with client(stage, TENANT) as found:
        assert found.names == ["*.tenants.localhost"]
        assert found.ask(TENANT).startswith(b"HTTP/1.1 200 ")


def test_plain_http_at_the_tls_port_gets_nothing(stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", stage.port), timeout=8) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        try:
            answer = sock.recv(65536)
        except ConnectionError:
            answer = b""
    assert b"HTTP" not in answer


def test_protocols_that_nobody_knows_end_in_http_1(stage: Stage) -> None:
    with connect(stage, alpn=("unknown/1",)) as tls:
        assert tls.selected_alpn_protocol() is None
        tls.sendall(b"GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n")
        assert tls.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_the_acme_protocol_is_answered_to_nobody(stage: Stage) -> None:
    with connect(stage, alpn=("acme-tls/1",)) as tls:
        assert tls.selected_alpn_protocol() is None


def test_a_known_hosts_connection_gets_404_for_an_unknown_one(stage: Stage) -> None:
    exchange = converse(stage, b"GET / HTTP/1.1\r\nHost: unknown.localhost\r\n\r\n")
    assert exchange.statuses == (404,)
