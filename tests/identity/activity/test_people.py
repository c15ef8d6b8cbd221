"""People sign in, fail to, and are changed by others: who did what is recorded, with before and
after."""

from typing import Any

from tests.identity.activity.events import (
    Record,
    chosen,
    of_type,
    only,
    require_nowhere,
    require_valid,
)
from tests.identity.authenticator import Passkey, code_of
from tests.identity.signing_in import (
    GOOD,
    app_of,
    member,
    options_of,
    passkey_of,
    person,
    show_code,
    sign_in,
)
from tests.identity.test_organisations_pages import act_as


def test_a_sign_in_with_two_factors_and_one_that_failed(record: Record, browser: Any) -> None:
    ada = person()
    secret = app_of(ada)
    record.new()
    sign_in(browser, password="not-the-password-at-all")
    failed = record.one(message="a sign-in failed")
    assert failed.raw["status"] == "Failure"
    assert failed.raw["user"] == {"uid": ada.subject, "type_id": 1, "type": "User"}
    assert failed.whole["user"]["email_addr"] == "ada@example.com"
    assert failed.whole["src_endpoint"]["ip"] == "127.0.0.7"
    assert failed.whole["http_request"]["user_agent"] == "a test"
    assert "127.0.0.7" not in str(failed.raw)

    assert sign_in(browser).status_code == 302
    show_code(browser, secret, steps=9)
    assert record.one(message="a second factor failed").raw["auth_factors"][0]["is_totp"]
    assert show_code(browser, secret).status_code == 302
    events = record.new()
    done = only(events, message="somebody signs in")
    assert {one["factor_type"] for one in done.raw["auth_factors"]} == {"Password", "OTP"}
    assert done.raw["session"]["uid"].startswith("s")
    begun = only(events, message="a session begins")
    assert begun.raw["session"] == done.raw["session"]
    assert begun.own["acr"] == "mfa"
    assert done.by["user"]["uid"] == ada.subject
    assert done.raw["metadata"]["correlation_uid"] == begun.raw["metadata"]["correlation_uid"]

    browser.post("/accounts/logout/")
    ended = record.one(message="a session ends")
    assert (ended.raw["activity_name"], ended.raw["status_detail"]) == ("Logoff", "signed out")
    quoted = f'"{code_of(secret)}"'  # the digits alone may be in an id
    require_nowhere(record.state, GOOD, "not-the-password-at-all", secret, quoted)


def test_what_strangers_type_as_a_name_is_not_recorded(record: Record, browser: Any) -> None:
    sign_in(browser, "a-password-in-the-wrong-field@x.example", "whatever-it-is")
    failed = record.one(message="a sign-in failed")
    assert failed.raw["user"]["uid"] == "unknown"
    assert failed.raw["status_detail"] == "no such account"
    assert failed.personal["strangers"]["src_endpoint"] == {"ip": "127.0.0.7"}
    require_nowhere(record.state, "a-password-in-the-wrong-field", "whatever-it-is")


def test_an_administrator_changes_roles_by_page(record: Record, browser: Any) -> None:
    boss, ada = person("boss@example.com"), person()
    member(boss, "north", roles=["administrator"])
    app_of(boss)
    member(ada, "north", roles=["buyer"])
    act_as(browser, "boss@example.com")
    browser.get("/sessions")
    record.new()
    answer = browser.post("/organisations/north/", {"member": ada.email, "roles": "buyer approver"})
    assert answer.status_code in {200, 302}, answer.content.decode()[:2000]
    events = record.new()
    changed = only(of_type(events, "Membership"))
    assert (changed.before["roles"], changed.after["roles"]) == (["buyer"], ["approver", "buyer"])
    assert changed.by["user"]["uid"] == boss.subject
    assert changed.by["user"]["email_addr"] == "boss@example.com"
    assert changed.own["person"] == ada.subject
    assert changed.raw["metadata"]["tenant_uid"] == "north"
    allowed = chosen(events, message="roles:grant: allowed")[0]
    assert allowed.by["authorizations"][0]["decision"] == "allowed"
    assert allowed.raw["metadata"]["correlation_uid"] == changed.raw["metadata"]["correlation_uid"]


def test_passkeys_links_and_sign_ons_that_do_not_count(record: Record, browser: Any) -> None:
    from ringwall.identity.recording import signing

    signing._told.clear()
    ada = person()
    app_of(ada)
    passkey_of(ada)
    record.new()
    stranger = Passkey()
    page = "/accounts/2fa/webauthn/login/"
    options = browser.get(page, headers={"accept": "application/json"}).json()
    browser.post(page, {"credential": stranger.get(options["request_options"])})
    failed = record.one(message="a sign-in failed")
    assert failed.raw["user"]["uid"] == "unknown"
    assert failed.raw["auth_factors"][0]["factor_type"] == "WebAuthn"
    sign_in(browser)
    second = options_of(browser.get("/accounts/2fa/authenticate/"))
    browser.post(
        "/accounts/2fa/authenticate/", {"credential": stranger.get(second["request_options"])}
    )
    failed = record.one(message="a second factor failed")
    assert failed.raw["user"]["uid"] == ada.subject
    for _ in range(3):
        browser.get("/invitations/a-secret-that-nobody-has")
    turned_away = record.one(message="a sign-in failed")
    assert turned_away.raw["status_detail"] == "invitation answered 410"
    assert turned_away.raw["http_request"]["url"]["path"] == "/invitations/<str:secret>"
    browser.get("/sign-on/nowhere/callback?code=a-code-of-theirs")
    assert record.one(message="a sign-in failed").own["connection"] == "nowhere"
    require_nowhere(record.state, "a-secret-that-nobody-has", "a-code-of-theirs")


def test_an_account_that_is_slowed_down_is_recorded_once_a_minute(
    record: Record, browser: Any
) -> None:
    from ringwall.identity.recording import signing

    signing._told.clear()
    person()
    for _ in range(9):
        sign_in(browser, password="a-wrong-password-again")
    found = record.new()
    assert 3 < len(chosen(found, message="a sign-in failed")) < 9
    slowed = only(found, message="tries are slowed down")
    assert slowed.raw["status_detail"] == "too many tries"


def test_factors_and_passwords_that_change(record: Record, browser: Any) -> None:
    ada = person()
    secret = app_of(ada)
    found = record.new()
    added = only(of_type(found, "Authenticator"))
    assert (added.raw["class_name"], added.raw["activity_name"]) == (
        "Account Change",
        "MFA Factor Enable",
    )
    assert added.raw["auth_factors"][0]["factor_type"] == "OTP"
    sign_in(browser)
    show_code(browser, secret)
    record.new()
    fresh = "another-quite-long-sentence"
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": GOOD, "password1": fresh, "password2": fresh},
    )
    changed = only(of_type(record.new(), "User"))
    assert changed.raw["activity_name"] == "Password Change"
    assert changed.own["left_out"] == ["password"]
    assert changed.by["user"]["uid"] == ada.subject
    require_nowhere(record.state, GOOD, fresh, secret, "argon2")


def test_what_is_personal_is_in_no_event_and_can_be_taken_away(
    record: Record, browser: Any
) -> None:
    from ringwall.identity.models import User

    ada = person(name="Augusta Ada")
    app_of(ada)
    act_as(browser, "ada@example.com")
    browser.get("/sessions")
    User.objects.filter(pk=ada.pk).update(name="Ada Lovelace")
    browser.post("/accounts/logout/")
    for one in record.new():
        assert one.personal.keys() <= {ada.subject, "strangers"}
        for word in ("Augusta", "Lovelace", "ada@example.com", "127.0.0.7", "a test"):
            assert word not in str(one.raw), one
        require_valid(one.raw)
