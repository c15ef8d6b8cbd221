"""openid-client, a relying party nobody here wrote, does all that it can do with us."""

import html
import re
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.identity.provider.conftest import Register
from tests.identity.provider.node import OpenidClient, openid_client
from tests.identity.provider.stage import Person, Stage, hidden

pytestmark = pytest.mark.e2e

BACK = "https://app.example/back"
BYE = "https://app.example/bye"


@pytest.fixture
def party(stage: Stage) -> Any:
    with openid_client() as found:
        yield found


def test_people_programs_and_devices_get_in(
    stage: Stage, party: OpenidClient, ada: Any, register: Register
) -> None:
    _signs_somebody_in(stage, party, register)
    _acts_for_itself(stage, party, register)
    _lets_a_device_in(stage, party, register)


def _signs_somebody_in(stage: Stage, party: OpenidClient, register: Register) -> None:
    client, secret = register(stage.facts, redirect_uris=(BACK,), logout_uris=(BYE,))
    told = party("discover", issuer=stage.origin, client_id=client.pk, secret=secret)
    assert told["issuer"] == stage.origin
    person = Person(stage, "ada@example.com")
    person.sign_in()
    url = party("start", redirect_uri=BACK, scope="openid email roles")["url"]
    person.authorize(url)
    given = party("finish", url=person.arrived)
    assert given["claims"]["email"] == "ada@example.com"
    assert given["claims"]["tenant"] == "north"
    assert party("userinfo")["email_verified"] is True
    assert party("introspect")["active"] is True
    assert party("refresh")["rotated"] is True
    party("revoke")
    assert party.attempt("refresh")["error"] == "invalid_grant"
    assert party("introspect") == {"active": False}
    # A code is no use to whoever changed where it came from.
    url = party("start", redirect_uri=BACK, scope="openid")["url"]
    person.authorize(url)
    forged = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", person.arrived)
    assert "error" in party.attempt("finish", url=forged)
    # Signing out by the session's own token asks nothing.
    bye = party("logout", id_token=given["id_token"], uri=BYE)["url"]
    answer = person.client.get(bye)
    assert answer.headers["location"] == f"{BYE}?state=bye"
    assert person.client.get("/applications").status_code == 302
    person.client.close()


def _acts_for_itself(stage: Stage, party: OpenidClient, register: Register) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public: Any = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    private: Any = jwt.algorithms.ECAlgorithm.to_jwk(key, as_dict=True)
    client, _ = register(
        stage.facts,
        auth_method="private_key_jwt",
        jwks={"keys": [public]},
        grant_types=("client_credentials",),
        redirect_uris=(),
        scopes=("orders:read",),
    )
    private = {name: value for name, value in private.items() if name != "key_ops"}
    party("discover", issuer=stage.origin, client_id=client.pk, key=private)
    api = stage.facts.origin_of("api.localhost")
    given = party("itself", scope="orders:read", resource=api)
    assert given["scope"] == "orders:read"
    said = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert said["aud"] == api
    assert party.attempt("itself", scope="admin")["error"] == "invalid_scope"


def _lets_a_device_in(stage: Stage, party: OpenidClient, register: Register) -> None:
    client, _ = register(
        stage.facts,
        name="Television",
        auth_method="none",
        grant_types=("urn:ietf:params:oauth:grant-type:device_code", "refresh_token"),
        redirect_uris=(),
    )
    party("discover", issuer=stage.origin, client_id=client.pk)
    begun = party("device", scope="openid email")
    person = Person(stage, "ada@example.com")
    person.sign_in()
    page = person.client.get(begun["verification_uri_complete"])
    assert "Television" in html.unescape(page.text)
    done = person.client.post(
        "/identity/o/device",
        data=hidden(page.text) | {"action": "allow"},
        headers={"Referer": f"{stage.origin}/"},
    )
    assert "connected" in done.text
    given = party("poll")
    assert given["claims"]["email"] == "ada@example.com"
    assert party("refresh")["rotated"] is True
    person.client.close()
