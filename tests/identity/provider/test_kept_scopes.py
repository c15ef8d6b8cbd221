"""Scopes for which policies keep out: no token leaves them out by being asked for without them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import TOKEN, Party, decoded, sign_in

from ringwall.access.kept_out import kept_out
from ringwall.access.policies import read
from ringwall.identity import facts as facts_file
from ringwall.identity.facts import Facts

Enforce = Callable[..., None]
ITSELF = {"grant_type": "client_credentials"}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
OWN = ("openid", "orders", "read-only")
PROGRAM: dict[str, Any] = {
    "grant_types": ("client_credentials",),
    "scopes": ("orders", "read-only"),
    "redirect_uris": (),
}
READ_ONLY = 'forbid (principal is {}, action in Action::"write", resource) when {{ {} }}'
OF_CLIENTS = READ_ONLY.format("ApiClient", 'principal.scopes.contains("read-only")')
OF_PEOPLE = READ_ONLY.format(
    "User", 'principal has scopes && principal.scopes.contains("read-only")'
)
LACKING = READ_ONLY.format("ApiClient", '!principal.scopes.contains("read-only")')
ALONE = READ_ONLY.format("ApiClient", "!principal.scopes.isEmpty()")


@pytest.fixture
def enforce(state: Path, facts: Facts) -> Enforce:
    """Put these policies in force."""

    def put(*policies: str) -> None:
        text = "\n".join(f'@id("p{number}") {one};' for number, one in enumerate(policies))
        found = kept_out(read([(Path("policies/a.cedar"), text.encode())]), {})
        facts_file.write(state, replace(facts, kept_out=found))

    return put


@pytest.mark.parametrize(
    ("policy", "scope"),
    [
        (OF_CLIENTS, "orders read-only"),
        (ALONE, "orders read-only"),
        (OF_PEOPLE, "orders"),
        (LACKING, "orders"),
    ],
)
def test_a_program_gets_what_keeps_it_out_whether_it_asks_or_not(
    register: Register, facts: Facts, enforce: Enforce, policy: str, scope: str
) -> None:
    enforce(policy)
    party = Party(*register(facts, **PROGRAM))
    given = party.post(TOKEN, ITSELF, scope="orders").json()
    assert given["scope"] == scope, "the answer says which scopes it has (RFC 6749 section 5.1)"
    assert decoded(given["access_token"])["scope"] == scope
    assert party.post(TOKEN, ITSELF, scope="admin").json()["error"] == "invalid_scope"


@pytest.mark.parametrize("policy", [OF_CLIENTS, OF_PEOPLE])
@pytest.mark.parametrize("scope", ["openid orders", None])
def test_a_person_is_asked_about_it_and_no_refresh_sheds_it(
    register: Register, facts: Facts, enforce: Enforce, ada: Any, policy: str, scope: str | None
) -> None:
    enforce(policy)
    party, browser = Party(*register(facts, scopes=OWN)), sign_in(ada)
    asked = party.ask(browser, scope=scope)
    assert b"read-only" in asked.content
    given = party.tokens(browser, scope=scope)
    assert "read-only" in given["scope"].split()
    less = party.refresh(given["refresh_token"], scope=given["scope"].split()[0]).json()
    assert "read-only" in less["scope"].split()
    assert decoded(less["access_token"])["scope"] == less["scope"]


def test_a_grant_that_is_older_than_the_policy_has_to_be_asked_for_anew(
    register: Register, facts: Facts, enforce: Enforce, ada: Any
) -> None:
    party, browser = Party(*register(facts, scopes=OWN)), sign_in(ada)
    given = party.tokens(browser, scope="openid orders")
    assert given["scope"] == "openid orders"
    enforce(OF_CLIENTS)
    refused = party.refresh(given["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert "ask the person anew" in refused.json()["error_description"]
    enforce(LACKING)
    assert party.refresh(given["refresh_token"]).status_code == 200, "nothing was used up"
    enforce(OF_CLIENTS)
    assert party.tokens(browser, scope="openid")["scope"] == "openid read-only"


def test_a_device_does_not_shed_it_either(
    register: Register, facts: Facts, enforce: Enforce
) -> None:
    from ringwall.identity.models import DeviceCode

    enforce(OF_CLIENTS)
    wanted = {"grant_types": (DEVICE,), "scopes": OWN, "redirect_uris": ()}
    party = Party(*register(facts, **wanted))
    assert party.post("/identity/o/api/device/code", {"scope": "orders"}).status_code == 200
    assert DeviceCode.objects.get().scopes == ["orders", "read-only"]
