"""Programs at a whole Ringwall: tokens bound to a certificate, API keys, their ends at the edge."""

import json
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.gateway.live.stage import Json, Stage, echo_service, header
from tests.gateway.live.stage import _ToEdge as ToEdge
from tests.runtime.migrated import put_tables

pytestmark = pytest.mark.e2e

ID, API, APP = "id.shop.localhost", "api.shop.localhost", "shop.localhost"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host of sign-in and an API that take certificates, and a host that takes none."""
    config: Json = {
        "edge": {
            "hosts": {ID: {"client_certificates": {}}, API: {"client_certificates": {}}, APP: {}}
        },
        "identity": {"host": ID},
        "services": {"echo": echo_service()},
        "routes": [{"name": "all", "hosts": [API, APP], "path": "/**", "service": "echo"}],
    }
    with Stage(tmp_path_factory.mktemp("programs"), config) as running:
        put_tables(running.state, tmp_path_factory.getbasetemp())
        yield running.up()


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate that its owner has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / f"{name}.crt", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, private


def client(stage: Stage, shown: tuple[Path, Path] | None = None) -> httpx.Client:
    """A program's HTTP client, with a certificate or without."""
    context: ssl.SSLContext = stage.trust()
    if shown is not None:
        context.load_cert_chain(*shown)
    transport = httpx.HTTPTransport(verify=context)
    transport._pool._network_backend = ToEdge(stage.port)
    return httpx.Client(transport=transport, timeout=20)


def told(stage: Stage, *arguments: str) -> Json:
    """What a command prints as JSON."""
    done = stage.command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: Json = json.loads(done.stdout)
    return found


def url(stage: Stage, host: str, path: str = "/v1") -> str:
    return f"https://{host}:{stage.port}{path}"


def granted(asking: httpx.Client, stage: Stage, **form: str) -> dict[str, Any]:
    found = asking.get(url(stage, ID, "/.well-known/openid-configuration")).json()
    answer = asking.post(found["token_endpoint"], data={"grant_type": "client_credentials", **form})
    assert answer.status_code == 200, answer.text
    token: dict[str, Any] = answer.json()
    return token


def test_a_token_is_good_only_beside_its_certificate(stage: Stage, tmp_path: Path) -> None:
    own, other = certificate(tmp_path, "billing"), certificate(tmp_path, "thief")
    made = told(
        stage,
        "client", "add", "Billing",
        "--auth", "self_signed_tls_client_auth",
        "--grant", "client_credentials",
        "--certificate", str(own[0]),
        "--scope", "orders:read",
        "--bound",
    )  # fmt: skip
    name = made.get("client_id") or made["id"]
    with client(stage, own) as program:
        token = granted(
            program, stage, client_id=name, scope="orders:read", resource=url(stage, API, "")
        )
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        answer = program.get(url(stage, API), headers=bearer)
        assert answer.status_code == 200, answer.text
        assert header(answer.json(), "x-ringwall-scope") == ["orders:read"]
        assert not header(answer.json(), "authorization")
    for shown in (None, other):
        with client(stage, shown) as thief:
            refused = thief.get(url(stage, API), headers=bearer)
            assert refused.status_code == 401
            assert thief.get(url(stage, APP), headers=bearer).status_code == 401


def test_a_secret_gives_tokens_until_the_client_is_disabled(stage: Stage) -> None:
    made = told(
        stage,
        "client", "add", "Reports", "--grant", "client_credentials", "--scope", "orders:read",
    )  # fmt: skip
    name = made.get("client_id") or made["id"]
    secret = made.get("client_secret") or made["secret"]
    auth = httpx.BasicAuth(name, secret)
    with client(stage) as program:
        token = granted_by(program, stage, auth, scope="orders:read")["access_token"]
    with client(stage) as program:
        bearer = {"authorization": f"Bearer {token}"}
        for host in (API, APP):
            answer = program.get(url(stage, host), headers=bearer)
            assert answer.status_code == 200, answer.text
        told(stage, "client", "disable", name)
        deadline = time.monotonic() + 10
        while program.get(url(stage, APP), headers=bearer).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_token_that_its_client_gives_back_is_refused_at_the_edge(stage: Stage) -> None:
    made = told(stage, "client", "add", "Tool", "--grant", "client_credentials", "--scope", "a:b")
    name = made.get("client_id") or made["id"]
    auth = httpx.BasicAuth(name, made.get("client_secret") or made["secret"])
    with client(stage) as program:
        kept, given_back = (
            granted_by(program, stage, auth, scope="a:b")["access_token"] for _ in range(2)
        )
        found = program.get(url(stage, ID, "/.well-known/openid-configuration")).json()
        done = program.post(found["revocation_endpoint"], data={"token": given_back}, auth=auth)
        assert done.status_code == 200
        deadline = time.monotonic() + 10
        while _status(program, stage, given_back) == 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert _status(program, stage, kept) == 200


def granted_by(
    asking: httpx.Client, stage: Stage, auth: httpx.BasicAuth, **form: str
) -> dict[str, Any]:
    found = asking.get(url(stage, ID, "/.well-known/openid-configuration")).json()
    data = {"grant_type": "client_credentials", **form}
    answer = asking.post(found["token_endpoint"], data=data, auth=auth)
    assert answer.status_code == 200, answer.text
    token: dict[str, Any] = answer.json()
    return token


def _status(program: httpx.Client, stage: Stage, token: str) -> int:
    bearer = {"authorization": f"Bearer {token}"}
    return program.get(url(stage, APP), headers=bearer).status_code


def test_made_up_cookies_are_soon_not_asked_for_any_more(stage: Stage) -> None:
    with client(stage) as program:
        answers: list[int] = []
        # A few a second are let through: the more of them, the longer thirty took.
        while len(answers) < 30 or (503 not in answers and len(answers) < 100):
            made_up = {"cookie": f"__Host-ringwall=1.{'x' * 40}{len(answers):03}~a.b.c"}
            answers.append(program.get(url(stage, APP), headers=made_up).status_code)
        assert answers[0] == 401
        assert 503 in answers[20:]
        assert set(answers) == {401, 503}
        # Whoever brings none is told what is missing, as ever.
        assert program.get(url(stage, APP)).status_code == 401


def test_without_any_of_it_a_program_is_told_what_is_missing(stage: Stage) -> None:
    with client(stage) as program:
        answer = program.get(url(stage, APP), headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401
