"""How clients prove who they are: with a secret, a key, or a certificate; and how not."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import ORIGIN, TOKEN, Party, decoded, sign_in

from ringwall.access import guarding
from ringwall.identity.facts import Facts

ITSELF = {"grant_type": "client_credentials"}
MACHINE: dict[str, Any] = {
    "grant_types": ("client_credentials",),
    "scopes": ("orders:read", "orders:write"),
    "redirect_uris": (),
}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def basic(name: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def test_a_program_gets_a_token_of_its_own(register: Register, facts: Facts) -> None:
    from django.utils import timezone

    from ringwall.identity import clients, revocations
    from ringwall.identity.models import Organisation

    north = Organisation.objects.create(slug="north", name="North")
    party = Party(*register(facts, **MACHINE, organisation=north, roles=("clerk",)))
    given = party.post(TOKEN, ITSELF).json()
    assert "refresh_token" not in given
    said = decoded(given["access_token"])
    assert (said["sub"], said["client_id"], said["tenant"]) == (party.id, party.id, "north")
    assert (said["roles"], said["scope"]) == (["clerk"], "orders:read orders:write")
    assert "auth_time" not in said
    less = party.post(TOKEN, ITSELF, scope="orders:read").json()
    assert decoded(less["access_token"])["scope"] == "orders:read"
    assert party.post(TOKEN, ITSELF, scope="orders:read admin").json()["error"] == "invalid_scope"
    assert party.introspect(given["access_token"])["active"]
    clients.disable(party.client, reason="a test", by=guarding.MACHINE)
    assert said["sid"] in revocations.live(timezone.now())["session"]
    assert party.post(TOKEN, ITSELF).status_code == 401
    clients.enable(clients.get(party.id), by=guarding.MACHINE)
    Organisation.objects.update(suspended=timezone.now())
    assert party.post(TOKEN, ITSELF).status_code == 401


def test_a_secret_is_shown_as_registered_and_kept_as_a_hash(
    register: Register, facts: Facts
) -> None:
    from ringwall.identity import clients
    from ringwall.identity.models import ApiClient

    client, secret = register(facts, **MACHINE)
    assert secret is not None
    assert secret not in client.client.secret
    party, posted = (
        Party(client, secret),
        Party(*register(facts, **MACHINE, auth_method="client_secret_post")),
    )
    wrong: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        (basic(party.id, "wrong"), {}),
        (basic(party.id, ""), {}),
        (basic(party.id, client.client.secret), {}),
        (basic(posted.id, secret), {}),
        (basic("unknown", secret), {}),
        ({"authorization": "Basic ????"}, {}),
        ({"authorization": ""}, {"client_id": party.id}),
        ({"authorization": ""}, {"client_id": party.id, "client_secret": secret}),
        (basic(party.id, secret), {"client_id": posted.id}),
        (basic(party.id, secret), {"client_assertion": "x", "client_assertion_type": ASSERTION}),
    ]
    for headers, form in wrong:
        answer = party.post(TOKEN, ITSELF | form, headers=headers or {"authorization": ""})
        assert answer.status_code == 401, (headers, form)
        assert answer.json()["error"] == "invalid_client"
        assert answer.headers["www-authenticate"].startswith("Basic")
    form = {"client_id": posted.id, "client_secret": posted.secret or ""}
    assert posted.post(TOKEN, ITSELF | form, headers={"authorization": ""}).status_code == 200
    fresh = clients.rotate_secret(client, overlap=timedelta(days=1), by=guarding.MACHINE)
    for good in (fresh, secret):
        assert party.post(TOKEN, ITSELF, headers=basic(party.id, good)).status_code == 200
    ApiClient.objects.filter(pk=party.id).update(previous_until=datetime.now(UTC))
    assert party.post(TOKEN, ITSELF, headers=basic(party.id, secret)).status_code == 401
    clients.rotate_secret(clients.get(party.id), overlap=timedelta(0), by=guarding.MACHINE)
    assert party.post(TOKEN, ITSELF, headers=basic(party.id, fresh)).status_code == 401


class Signer:
    """A client with a key of its own."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.jwk = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)

    def form(self, party: Party, **claims: Any) -> dict[str, str]:
        now = int(time.time())
        known = {
            "iss": party.id,
            "sub": party.id,
            "aud": ORIGIN,
            "exp": now + 60,
            "iat": now,
            "jti": str(time.perf_counter_ns()),
        }
        kept = {k: v for k, v in (known | claims).items() if v is not None}
        return sent(jwt.encode(kept, self.key, "ES256"))


def sent(assertion: str) -> dict[str, str]:
    return {"client_assertion": assertion, "client_assertion_type": ASSERTION, **ITSELF}


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def signing(register: Register, facts: Facts, signer: Signer) -> Party:
    keys = {"keys": [signer.jwk | {"kid": "one"}]}
    return Party(*register(facts, **MACHINE, auth_method="private_key_jwt", jwks=keys))


def unproven(party: Party, form: dict[str, str]) -> bool:
    answer = party.post(TOKEN, form, headers={"authorization": ""})
    assert answer.status_code in {200, 401}, answer.content
    return bool(answer.status_code == 401)


def test_an_assertion_proves_a_client_once(signing: Party, signer: Signer) -> None:
    form = signer.form(signing)
    assert not unproven(signing, form)
    assert unproven(signing, form), "the same assertion again"
    assert not unproven(signing, signer.form(signing, aud=[f"{ORIGIN}{TOKEN}", "other"]))


def test_an_assertion_is_for_us_now_and_of_the_client(signing: Party, signer: Signer) -> None:
    now = int(time.time())
    wrong: list[dict[str, Any]] = [
        {"exp": now - 10},
        {"exp": None},
        {"exp": "soon"},
        {"exp": now + 3600},
        {"exp": True},
        {"nbf": now + 60},
        {"iat": now + 60},
        {"aud": "https://evil.example"},
        {"aud": None},
        {"aud": [f"{ORIGIN}.evil.example"]},
        {"iss": "another"},
        {"sub": "another"},
        {"sub": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
    ]
    for claims in wrong:
        assert unproven(signing, signer.form(signing, **claims)), claims
    other = Signer()
    assert unproven(signing, other.form(signing)), "another's key"


def test_keys_are_not_confused(signing: Party, signer: Signer) -> None:
    now = int(time.time())
    claims = {"iss": signing.id, "sub": signing.id, "aud": ORIGIN, "exp": now + 60, "jti": "k"}
    public = signer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    unsigned = jwt.encode(claims, None, "none")  # type: ignore[arg-type]
    assert unproven(signing, sent(unsigned)), "alg none"

    # HS256 with the public key as the secret.
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    for secret in (public, json.dumps(signer.jwk).encode()):
        head = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        mac = hmac.digest(secret, head.encode(), "sha256")
        forged = f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        assert unproven(signing, sent(forged)), "alg HS256"
    rogue = Signer()
    embedded = jwt.encode(claims, rogue.key, "ES256", headers={"jwk": rogue.jwk})
    assert unproven(signing, sent(embedded)), "a key of its own in the header"
    rsa_key = rsa.generate_private_key(65537, 2048)
    assert unproven(signing, sent(jwt.encode(claims, rsa_key, "RS256", headers={"kid": "one"})))
    stripped = jwt.encode(claims, signer.key, "ES256").rpartition(".")[0] + "."
    assert unproven(signing, sent(stripped)), "no signature"
    good = jwt.encode(claims, signer.key, "ES256", headers={"kid": "one"})
    assert not unproven(signing, sent(good))


def test_a_client_with_a_key_cannot_fall_back(
    signing: Party, signer: Signer, register: Register, facts: Facts
) -> None:
    other = Party(*register(facts, **MACHINE))
    assert signing.post(TOKEN, ITSELF, headers=basic(signing.id, "none")).status_code == 401
    assert unproven(signing, ITSELF | {"client_id": signing.id})
    assert unproven(signing, ITSELF | {"client_id": signing.id, "client_secret": "none"})
    form = signer.form(signing) | {"client_id": other.id}
    answer = signing.post(TOKEN, form, headers={"authorization": ""})
    assert answer.status_code == 401
    assert unproven(other, signer.form(other)), "an assertion for a client without keys"


def certificate(
    name: str, *, issuer: Any = None, ca: bool = False, days: int = 1, uri: str = ""
) -> tuple[Any, Any]:
    """A certificate and its key; signed by itself unless by ``issuer``."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=5))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if uri:
        names = [x509.UniformResourceIdentifier(uri)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem(made: Any) -> str:
    return str(made[0].public_bytes(serialization.Encoding.PEM).decode())


def shown(party: Party, made: Any | None, **form: str) -> Any:
    headers = {"authorization": ""}
    if made is not None:
        headers["x-ringwall-certificate"] = quote(pem(made))
    return party.post(TOKEN, ITSELF | {"client_id": party.id} | form, headers=headers)


@pytest.fixture
def with_certificates(facts: Facts, state: Path) -> Facts:
    """The edge asks for certificates at the API's host and that of sign-in."""
    from dataclasses import replace

    from ringwall.identity import facts as facts_file

    found = replace(facts, certificate_hosts=("id.shop.localhost", "api.shop.localhost"))
    facts_file.write(state, found)
    return found


def test_a_certificate_of_the_registered_authority_proves_a_client_and_binds_its_tokens(
    register: Register, with_certificates: Facts
) -> None:
    facts = with_certificates
    authority, stranger = certificate("CA", ca=True), certificate("CA", ca=True)
    tls = dict(
        MACHINE,
        auth_method="tls_client_auth",
        certificate_authority=pem(authority),
        certificate_subject="CN=billing",
    )
    party = Party(*register(facts, **tls))
    good = certificate("billing", issuer=authority)
    given = shown(party, good)
    assert given.status_code == 200, given.content
    said = decoded(given.json()["access_token"])
    fingerprint = good[0].fingerprint(hashes.SHA256())
    assert said["rw_bound"] == fingerprint.hex()
    assert said["cnf"]["x5t#S256"] == base64.urlsafe_b64encode(fingerprint).rstrip(b"=").decode()
    assert facts.origin_of("api.shop.localhost") in said["aud"]
    # A host that does not ask for certificates would not see that there is none.
    elsewhere = shown(party, good, resource=facts.origin_of("shop.localhost"))
    assert elsewhere.json()["error"] == "invalid_target"
    leaf = certificate("billing", issuer=authority)
    for wrong in (
        None,
        certificate("billing"),
        certificate("billing", issuer=stranger),
        certificate("payroll", issuer=authority),
        certificate("billing", issuer=authority, days=-1),
        certificate("billing", issuer=leaf),
    ):
        assert shown(party, wrong).status_code == 401
    uri = "spiffe://shop/billing"
    named = Party(*register(facts, **{**tls, "certificate_subject": f"uri:{uri}"}))
    assert shown(named, certificate("x", issuer=authority, uri=uri)).status_code == 200
    assert shown(named, certificate("x", issuer=authority, uri=uri + "/x")).status_code == 401


def test_a_certificate_of_ones_own_is_the_registered_one(
    register: Register, with_certificates: Facts
) -> None:
    own = certificate("billing")
    client = register(
        with_certificates,
        **MACHINE,
        auth_method="self_signed_tls_client_auth",
        certificate=pem(own),
    )
    party = Party(*client)
    assert shown(party, own).status_code == 200
    assert shown(party, certificate("billing")).status_code == 401
    assert shown(party, None).status_code == 401
    assert party.machine.post(TOKEN, headers={"x-ringwall-certificate": "rubbish"}).status_code


def test_a_bound_token_without_its_certificate_is_none(
    register: Register, with_certificates: Facts, ada: Any
) -> None:
    own = certificate("app")
    head = {"x-ringwall-certificate": quote(pem(own))}
    party = Party(*register(with_certificates, certificate_bound=True, first_party=True))
    code = party.authorize(sign_in(ada))["code"]
    bare = party.exchange(code)
    assert bare.status_code == 400
    code = party.authorize(sign_in(ada))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect}
    given = party.post(TOKEN, form, headers=head, code_verifier="v" * 50).json()
    token = given["access_token"]
    assert party.userinfo(token, **head).status_code == 200
    assert party.userinfo(token).status_code == 401
    other = {"x-ringwall-certificate": quote(pem(certificate("app")))}
    assert party.userinfo(token, **other).status_code == 401


def test_forms_are_read_strictly(register: Register, facts: Facts) -> None:
    party = Party(*register(facts, **MACHINE))
    head = basic(party.id, party.secret or "")
    kind = "application/x-www-form-urlencoded"

    def post(path: str, body: str, content_type: str = kind) -> Any:
        return party.machine.post(path, body, content_type=content_type, headers=head)

    good = "grant_type=client_credentials"
    assert post(TOKEN, good).status_code == 200
    assert post(TOKEN, f"{good}&{good}").status_code == 400
    assert post(f"{TOKEN}?{good}", "a=1").status_code == 400
    assert (
        post(TOKEN, '{"grant_type": "client_credentials"}', "application/json").status_code == 415
    )
    assert post(TOKEN, f"{good}&scope={'x' * 70000}").status_code == 413
    assert post(TOKEN, f"{good}&scope=%00").status_code == 400
    assert post(TOKEN, "&".join(f"a{n}=1" for n in range(500))).status_code == 400
    assert party.machine.get(TOKEN).status_code == 405
