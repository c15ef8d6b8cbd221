"""Codes: for one client, one address, one use, and whoever has the verifier."""

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.identity.provider.conftest import REDIRECT, Register
from tests.identity.provider.party import (
    ORIGIN,
    VERIFIER,
    Party,
    after,
    challenge_of,
    decoded,
    new_browser,
    returned,
    sign_in,
)

from ringwall.identity.facts import Facts


@pytest.fixture
def party(register: Register, facts: Facts) -> Party:
    return Party(*register(facts, first_party=True))


@pytest.fixture
def browser(ada: Any, facts: Facts) -> Any:
    return sign_in(ada)


def test_a_code_becomes_tokens_that_say_who_and_how(party: Party, browser: Any, ada: Any) -> None:
    back = party.authorize(browser)
    assert (back["state"], back["iss"]) == ("the-state", ORIGIN)
    given = party.exchange(back["code"]).json()
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 300)
    said = decoded(given["id_token"])
    session = ada.sessions.get()
    assert (said["sid"], said["nonce"], said["aud"]) == (session.pk, "the-nonce", party.id)
    assert (said["acr"], said["amr"]) == ("single", ["pwd"])
    access = decoded(given["access_token"])
    assert set(access) >= {"iss", "exp", "aud", "sub", "client_id", "iat", "jti", "scope"}
    assert (access["sid"], access["iss"]) == (session.pk, ORIGIN)
    assert access["exp"] - access["iat"] == 300


def test_a_code_used_twice_ends_what_came_of_it(party: Party, browser: Any) -> None:
    code = party.authorize(browser)["code"]
    given = party.exchange(code).json()
    assert party.userinfo(given["access_token"]).status_code == 200
    again = party.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert party.userinfo(given["access_token"]).status_code == 401
    assert party.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    assert party.introspect(given["access_token"]) == {"active": False}


def test_a_code_is_over_after_a_minute(party: Party, browser: Any) -> None:
    from django.utils import timezone

    from ringwall.identity.models import Grant

    code = party.authorize(browser)["code"]
    Grant.objects.update(code_expires=timezone.now())
    assert party.exchange(code).json()["error"] == "invalid_grant"


WRONG_EXCHANGES: list[tuple[dict[str, str | None], str]] = [
    ({"code_verifier": None}, "invalid_request"),
    ({"code_verifier": "w" * 50}, "invalid_grant"),
    ({"code_verifier": challenge_of(VERIFIER)}, "invalid_grant"),
    ({"code_verifier": "short"}, "invalid_grant"),
    ({"redirect_uri": "https://app.example/back"}, "invalid_request"),
    ({"redirect_uri": None}, "invalid_request"),
    ({"code": "guessed"}, "invalid_grant"),
    ({"code": None}, "invalid_request"),
    ({"grant_type": "password"}, "unsupported_grant_type"),
    ({"grant_type": None}, "unsupported_grant_type"),
    ({"grant_type": "client_credentials"}, "unauthorized_client"),
    ({"resource": "https://evil.example"}, "invalid_target"),
]


def test_a_code_is_worth_nothing_otherwise(party: Party, browser: Any) -> None:
    for changes, error in WRONG_EXCHANGES:
        code = party.authorize(browser)["code"]
        answer = party.exchange(code, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, error), changes
        assert "access_token" not in answer.json()


def test_a_code_is_of_the_client_that_asked(
    party: Party, browser: Any, register: Register, facts: Facts
) -> None:
    other = Party(*register(facts, name="Another", first_party=True))
    code = party.authorize(browser)["code"]
    assert other.exchange(code).json()["error"] == "invalid_grant"
    assert party.exchange(code).status_code == 200


WRONG_REQUESTS: list[tuple[dict[str, str | None], str]] = [
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": "too-short"}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unauthorized_client"),
    ({"response_type": "id_token"}, "unsupported_response_type"),
    ({"response_mode": "fragment"}, "invalid_request"),
    ({"scope": "openid everything"}, "invalid_scope"),
    ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
    ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
    ({"resource": "https://evil.example"}, "invalid_target"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"max_age": "-1"}, "invalid_request"),
    ({"acr_values": "gold"}, "unmet_authentication_requirements"),
]


def test_a_wrong_request_is_refused_to_the_client(party: Party, browser: Any) -> None:
    for changes, error in WRONG_REQUESTS:
        answer = party.ask(browser, **changes)
        assert answer.headers["location"].startswith(f"{REDIRECT}&error="), changes
        back = returned(answer)
        assert (back["error"], back["state"], back["iss"]) == (error, "the-state", ORIGIN), changes
        assert "code" not in back


WRONG_ADDRESSES = [
    "https://app.example/back",
    "https://app.example/back?from=ringwall&more=1",
    "https://app.example/back?from=ringwall#here",
    "https://app.example/back/?from=ringwall",
    "https://app.example:443/back?from=ringwall",
    "https://APP.example/back?from=ringwall",
    "https://app.example@evil.example/back?from=ringwall",
    "https://app.example.evil.example/back?from=ringwall",
    "https://evil.example/back?from=ringwall",
    "http://app.example/back?from=ringwall",
    "https://app.example/../back?from=ringwall",
    "https://app.example/%62ack?from=ringwall",
    "//app.example/back?from=ringwall",
    "javascript:alert(1)",
    "data:text/html,hello",
    "",
]


def test_nobody_is_sent_to_an_address_that_is_not_registered(party: Party, browser: Any) -> None:
    for uri in WRONG_ADDRESSES:
        answer = party.ask(browser, redirect_uri=uri)
        assert answer.status_code == 400, uri
        assert "location" not in answer.headers
        assert b"evil" not in answer.content


def test_a_parameter_given_twice_is_told_to_the_person(party: Party, browser: Any) -> None:
    for name, value in (
        ("client_id", party.id),
        ("redirect_uri", "https://evil.example/"),
        ("code_challenge_method", "plain"),
        ("state", "two"),
    ):
        answer = browser.get(f"{party.url()}&{urlencode({name: value})}")
        assert answer.status_code == 400
        assert "location" not in answer.headers


def test_an_unknown_client_gets_nobody(party: Party, browser: Any) -> None:
    wrong: list[dict[str, str | None]] = [
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": "a\x00b"},
        {"nonce": "a\x00b"},
    ]
    for changes in wrong:
        answer = party.ask(browser, **changes)
        assert answer.status_code == 400, changes
        assert "location" not in answer.headers


def test_the_port_of_a_loopback_address_is_free(
    browser: Any, register: Register, facts: Facts
) -> None:
    client, _ = register(
        facts, auth_method="none", redirect_uris=("http://127.0.0.1/back",), first_party=True
    )
    party = Party(client, None, redirect="http://127.0.0.1:49152/back")
    assert "access_token" in party.tokens(browser)
    for uri in (
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:x/back",
        "http://localhost/back",
        "http://127.0.0.1:80@evil.example/back",
        "http://127.0.0.1.evil.example/back",
    ):
        assert party.ask(browser, redirect_uri=uri).status_code == 400


def test_an_app_is_gone_back_to_by_its_own_scheme(
    browser: Any, register: Register, facts: Facts
) -> None:
    uri = "com.example.app:/back"
    client, _ = register(facts, auth_method="none", redirect_uris=(uri,), first_party=True)
    answer = Party(client, None, redirect=uri).ask(browser)
    assert answer.headers["location"].startswith(f"{uri}?code=")


def test_a_posted_request_becomes_a_visit(party: Party, browser: Any) -> None:
    query = party.url().partition("?")[2]
    posted = browser.post(
        "/identity/o/authorize", query, content_type="application/x-www-form-urlencoded"
    )
    assert posted.status_code == 303
    assert "code" in returned(browser.get(posted.headers["location"]))


def test_whoever_is_not_signed_in_signs_in_first(party: Party, ada: Any) -> None:
    browser = new_browser()
    answer = party.ask(browser)
    path, back = after(answer)
    assert path == "/accounts/login/"
    sign_in(ada, browser=browser)
    page = browser.get(back)
    assert page.status_code == 200
    assert "code" in returned(page)
