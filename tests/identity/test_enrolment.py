"""Nothing works before somebody has shown the factors that are asked of them."""

from typing import Any

import pytest
from tests.identity.authenticator import Passkey, code_of
from tests.identity.signing_in import (
    app_of,
    by_passkey,
    html,
    member,
    options_of,
    passkey_of,
    person,
    session_of,
    show_code,
    sign_in,
    words,
)

pytestmark = pytest.mark.usefixtures("_django")

ENROL = "/enrol"
TARGET = "/enter?state=s&to=https%3A%2F%2Fapi.shop.localhost%3A8443%2Forders%3Fa%3D1"


@pytest.mark.parametrize(
    ("level", "acr", "kinds", "recovering", "step"),
    [
        ("single", "single", (), False, None),
        ("mfa", "single", (), False, "add a second factor"),
        ("mfa", "single", ("totp",), False, "show the second factor"),
        ("mfa", "single", ("recovery_codes",), False, "add a second factor"),
        ("mfa", "mfa", ("totp",), False, None),
        ("mfa", "phr", ("webauthn",), False, None),
        ("phr", "mfa", ("totp",), False, "add a passkey"),
        ("phr", "mfa", ("totp", "webauthn"), False, "show the passkey"),
        ("phr", "phr", ("webauthn",), False, None),
        ("single", "single", ("webauthn",), True, "add a second factor"),
        ("phr", "single", ("webauthn",), True, "add a passkey"),
        ("mfa", "nonsense", ("totp",), False, "show the second factor"),
    ],
)
def test_what_is_missing(
    level: str, acr: str, kinds: Any, recovering: bool, step: str | None
) -> None:
    from ringwall.identity.enrolment import step_for

    assert step_for(level=level, acr=acr, kinds=kinds, recovering=recovering) == step


def test_the_strictest_of_all_organisations_counts(database: str, facts: Any) -> None:
    from ringwall.identity.enrolment import demand_on

    ada = person()
    assert demand_on(ada).level == "single"
    member(ada, "north")
    assert demand_on(ada).level == "single"
    own = member(ada, "shop", kind="provider")
    assert demand_on(ada).level == "mfa"
    strict = member(ada, "south", second_factor="passkey")
    assert (demand_on(ada).level, demand_on(ada).by) == ("phr", "South")
    strict.active = False
    strict.save()
    assert demand_on(ada).level == "mfa"
    own.organisation.second_factor = "passkey"
    own.organisation.save()
    assert demand_on(ada).level == "phr"


def test_whom_their_own_provider_has_proven_is_not_asked_again(database: str, facts: Any) -> None:
    from ringwall.identity.enrolment import demand_on

    ada = person()
    member(ada, "north", second_factor="required", sso_enforced=True)
    assert demand_on(ada, federated=True).level == "single"
    assert demand_on(ada).level == "mfa"
    member(ada, "shop", kind="provider")
    assert demand_on(ada, federated=True).level == "mfa"


@pytest.mark.parametrize(
    "page",
    ["/", "/sessions", "/organisations", "/accounts/email/", "/accounts/2fa/", TARGET],
)
def test_staff_without_a_second_factor_are_led_to_set_one_up(browser: Any, page: str) -> None:
    member(person(), "shop", kind="provider", roles=["operator"])
    html(browser)
    sign_in(browser)
    assert session_of(browser).acr == "single"
    answer = browser.get(page)
    assert (answer.status_code, answer["Location"]) == (302, ENROL)
    assert "Shop asks its members for a second factor" in words(browser.get(ENROL))


def test_neither_forms_nor_programs_get_past(browser: Any) -> None:
    member(person(), "shop", kind="provider", roles=["operator"])
    sign_in(browser)
    for answer in (
        browser.post("/sessions/others/end", headers={"accept": "text/html"}),
        browser.get("/sessions", headers={"accept": "application/json"}),
    ):
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"] == "First add a second factor, at /enrol."


def test_after_setting_an_app_up_they_land_where_they_wanted(browser: Any) -> None:
    member(person(), "shop", kind="provider", roles=["operator"])
    html(browser)
    sign_in(browser)
    browser.get(TARGET)
    key = session_of(browser).key
    page = words(browser.get("/accounts/2fa/totp/activate/"))
    secret = page.partition('<code class="code">')[2].partition("<")[0]
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get(answer["Location"]).status_code == 200
    assert session_of(browser).acr == "mfa"
    assert session_of(browser).key != key
    onward = browser.get("/accounts/2fa/")
    assert (onward.status_code, onward["Location"]) == (302, TARGET)
    assert browser.get("/accounts/2fa/").status_code == 200
    entered = browser.get(TARGET)
    assert entered["Location"].startswith("https://api.shop.localhost:8443/.ringwall/enter?code=")


def test_where_a_passkey_is_asked_for_an_app_is_not_enough(browser: Any) -> None:
    ada = person()
    member(ada, "north", second_factor="passkey")
    secret = app_of(ada)
    html(browser)
    sign_in(browser)
    show_code(browser, secret)
    assert session_of(browser).acr == "mfa"
    assert browser.get("/sessions")["Location"] == ENROL
    assert browser.get("/accounts/2fa/totp/activate/")["Location"] == ENROL
    assert "authenticator app" not in words(browser.get(ENROL))
    page = browser.get("/accounts/2fa/webauthn/add/")
    made = Passkey().create(options_of(page)["creation_options"])
    browser.post("/accounts/2fa/webauthn/add/", {"name": "K", "credential": made})
    assert session_of(browser).acr == "phr"
    assert browser.get("/sessions").status_code == 200


def test_a_passkey_that_is_there_has_to_be_shown(browser: Any) -> None:
    ada = person()
    member(ada, "north", second_factor="passkey")
    secret, key = app_of(ada), passkey_of(ada)
    html(browser)
    sign_in(browser)
    show_code(browser, secret)
    assert browser.get("/sessions")["Location"] == ENROL
    asked = browser.get(ENROL)["Location"]
    assert asked.startswith("/accounts/2fa/webauthn/reauthenticate/?next=%2Fenrol")
    # Another passkey does not replace showing the one that is there.
    assert browser.get("/accounts/2fa/webauthn/add/").status_code == 302
    page = browser.get(asked)
    told = options_of(page)["request_options"]
    answer = browser.post(asked, {"credential": key.get(told)})
    assert answer.status_code == 302
    assert browser.get("/sessions").status_code == 200
    assert session_of(browser).acr == "phr"


def test_a_rule_made_later_holds_for_sessions_that_live(browser: Any) -> None:
    ada = person()
    found = member(ada, "north")
    html(browser)
    sign_in(browser)
    assert browser.get("/sessions").status_code == 200
    found.organisation.second_factor = "required"
    found.organisation.save()
    assert browser.get("/sessions")["Location"] == ENROL


def test_with_a_passkey_nobody_is_held_up(browser: Any) -> None:
    ada = person(password=None)
    member(ada, "shop", kind="provider", roles=["owner"])
    html(browser)
    by_passkey(browser, passkey_of(ada))
    assert browser.get("/sessions").status_code == 200
    assert browser.get(ENROL)["Location"] == "/"


def test_a_page_may_want_more_than_the_rules(browser: Any) -> None:
    person()
    html(browser)
    sign_in(browser)
    assert browser.get("/enrol?factor=mfa&next=/sessions").status_code == 200
    assert browser.get("/enrol?factor=nonsense").status_code == 200
    assert browser.get("/enrol?next=/sessions")["Location"] == "/sessions"


@pytest.mark.parametrize(
    "next_", ["https://evil.localhost/", "//evil.localhost/", "/\\evil.localhost", "javascript:x"]
)
def test_enrolment_leads_to_no_stranger(browser: Any, next_: str) -> None:
    person()
    html(browser)
    sign_in(browser)
    assert browser.get("/enrol", {"next": next_})["Location"] == "/"


def test_signing_in_changes_the_key_that_a_stranger_may_have_set(browser: Any) -> None:
    person()
    html(browser)
    browser.get("/accounts/login/")
    browser.get("/first", {"secret": "x"})
    planted = browser.session.session_key
    assert planted
    sign_in(browser)
    assert browser.session.session_key != planted
    from django.contrib.sessions.models import Session as Kept

    assert not Kept.objects.filter(pk=planted).exists()
