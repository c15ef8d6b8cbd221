"""From the mail with an invitation to the inside, all in one browser, as somebody new walks it."""

import re
from typing import Any

import pytest
from tests.identity import tenants
from tests.identity.authenticator import Passkey, code_of
from tests.identity.signing_in import GOOD, html, options_of, session_of, words

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

ADA = "ada@example.com"
SIGN_UP = "/accounts/signup/"
CONFIRM = "/accounts/confirm-email/"


@pytest.fixture(params=["shop", "north"])
def place(request: Any, database: str, facts: Facts) -> Any:
    """The company, whose people have two factors, and a customer that asks for them."""
    from django.core.cache import cache

    cache.clear()  # what slows guessing down would slow the second database's turn down
    if request.param == "shop":
        return tenants.organisation("shop", kind="provider")
    return tenants.organisation("north", second_factor="required")


def latest(pattern: str) -> str:
    """What the latest mail to Ada says, as she would look for it."""
    from ringwall.identity.models import OutgoingMail

    mail = OutgoingMail.objects.filter(to=ADA).latest("pk")
    found = re.search(pattern, mail.body, re.MULTILINE)
    assert found is not None, mail.body
    return found[1]


def joined(browser: Any, place: Any) -> None:
    """Ada follows her invitation, makes an account, proves her address, and joins."""
    from ringwall.identity import invitations

    invitations.invite(place, ADA, ["member"], by=MACHINE)
    link = latest(r"https://id\.shop\.localhost:8443(/invitations/\S+)")
    assert SIGN_UP in words(html(browser).get(link))
    made = browser.post(f"{SIGN_UP}?next={link}", {"email": ADA, "password1": GOOD})
    assert made["Location"] == CONFIRM
    proven = browser.post(CONFIRM, {"code": latest(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$")})
    assert proven.status_code == 302
    assert proven["Location"] == link
    assert session_of(browser).amr == ["pwd"]
    assert browser.post(link).status_code == 302


def test_with_an_app_they_are_in(place: Any, browser: Any) -> None:
    joined(browser, place)
    assert browser.get("/")["Location"] == "/enrol"
    page = words(browser.get("/accounts/2fa/totp/activate/"))
    secret = page.partition('<code class="code">')[2].partition("<")[0]
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    found = session_of(browser)
    assert (found.acr, found.amr) == ("mfa", ["mfa", "otp", "pwd"])
    assert browser.get("/enrol")["Location"] == "/"
    for inside in ("/", "/requests", "/accounts/2fa/"):
        assert browser.get(inside).status_code == 200, inside


def test_with_a_passkey_they_are_in(place: Any, browser: Any) -> None:
    joined(browser, place)
    page = browser.get("/accounts/2fa/webauthn/add/")
    made = Passkey().create(options_of(page)["creation_options"])
    browser.post("/accounts/2fa/webauthn/add/", {"name": "K", "credential": made})
    assert session_of(browser).acr == "phr"
    for inside in ("/", "/requests", "/accounts/2fa/"):
        assert browser.get(inside).status_code == 200, inside


def test_a_second_account_for_the_same_address_proves_nothing(place: Any, browser: Any) -> None:
    """The form does as if it made one: nobody counts as having shown a password by it."""
    from ringwall.identity import invitations

    tenants.person(ADA)
    invitations.invite(place, ADA, ["member"], by=MACHINE)
    browser.get(latest(r"https://id\.shop\.localhost:8443(/invitations/\S+)"))
    made = browser.post(SIGN_UP, {"email": ADA, "password1": GOOD})
    assert made["Location"] == CONFIRM
    assert "account_authentication_methods" not in browser.session
