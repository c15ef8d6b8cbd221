"""People sign in, fail to, and are changed by others: who did what is recorded, with before and
after."""

from typing import Any

from tests.identity.activity.events import Record, chosen, of_type, only, require_nowhere
from tests.identity.authenticator import code_of
from tests.identity.signing_in import GOOD, app_of, member, person, show_code, sign_in
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
    require_nowhere(record.state, GOOD, "not-the-password-at-all", secret, code_of(secret))


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
