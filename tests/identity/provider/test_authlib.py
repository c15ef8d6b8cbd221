"""Authlib, a relying party nobody here wrote, signs people in."""

from typing import Any

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.identity.provider.conftest import REDIRECT, Register
from tests.identity.provider.stage import Person, Stage

pytestmark = pytest.mark.e2e


def test_authlib_signs_somebody_in(stage: Stage, ada: Any, register: Register) -> None:
    client, secret = register(stage.facts)
    document = _read(stage, f"{stage.origin}/.well-known/openid-configuration")
    party = OAuth2Session(
        client.pk,
        secret,
        scope="openid email profile roles",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
    )
    verifier = "a-verifier-of-at-least-forty-three-characters-0123456789"
    url, state = party.create_authorization_url(
        document["authorization_endpoint"], code_verifier=verifier, nonce="once"
    )
    person = Person(stage, "ada@example.com")
    person.sign_in()
    back = person.authorize(url)
    assert person.arrived.startswith(REDIRECT)
    assert (back["state"], back["iss"]) == (state, stage.origin)
    token = party.fetch_token(
        document["token_endpoint"],
        authorization_response=person.arrived,
        code_verifier=verifier,
    )
    keys = KeySet.import_key_set(_read(stage, document["jwks_uri"]))
    said = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
    registry = jwt.JWTClaimsRegistry(
        iss={"value": stage.origin}, aud={"value": client.pk}, nonce={"value": "once"}
    )
    registry.validate(said.claims)
    assert said.claims["sub"] == ada.subject
    assert said.claims["email"] == "ada@example.com"
    access = jwt.decode(token["access_token"], keys, algorithms=["ES256"])
    assert access.header["typ"] == "at+jwt"
    assert access.claims["aud"] == f"{stage.origin}/api"
    assert (access.claims["tenant"], access.claims["roles"]) == ("north", ["buyer"])
    told = party.get(document["userinfo_endpoint"]).json()
    assert (told["sub"], told["name"]) == (ada.subject, "Ada Lovelace")
    again = party.refresh_token(document["token_endpoint"], token["refresh_token"])
    assert again["refresh_token"] != token["refresh_token"]
    party.close()
    person.client.close()


def _read(stage: Stage, url: str) -> Any:
    return httpx.get(url, verify=stage.tls, timeout=60).json()
