"""People sign in: by passkey, by app, by recovery code, with keys alone, on a phone."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.conftest import PHONE, Opening
from tests.identity.browser.house import House
from tests.identity.browser.people import PASSWORD, someone, totp
from tests.identity.browser.walks import (
    add_passkey,
    heading,
    press,
    set_up_app,
    shown_codes,
    sign_in,
)

from ringwall.runtime.whole_files import write_whole

pytestmark = pytest.mark.e2e


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    press(page.get_by_role("main").get_by_role("button", name="Sign out"))


def with_passkey(page: Page, person: Any) -> Authenticator:
    """What keeps the passkey that somebody, signed in with a password, has added."""
    keys = Authenticator(page)
    sign_in(page, person.email)
    add_passkey(page)
    heading(page, "Recovery codes")
    return keys


Late = Callable[[dict[str, float]], None]
OFFER = "/accounts/2fa/webauthn/login/"
SCRIPT = "/static/identity/passkeys.js"


@pytest.fixture
def late(house: House) -> Iterator[Late]:
    """Let answers come late: ``late({"/": 2.0})`` has that of a path come after two seconds."""
    told = house.state / "late.json"
    yield lambda wanted: write_whole(told, json.dumps(wanted).encode())
    told.unlink(missing_ok=True)


NOT_IN_THE_FIELD = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"
NOT_CHOSEN_IN_THE_FIELD = """
const get = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = (asked) =>
  asked.mediation !== "conditional"
    ? get(asked)
    : new Promise((_, refuse) => {
        asked.signal.addEventListener("abort", () => refuse(asked.signal.reason));
      });
"""
"""It is offered there, and nobody takes it: the authenticator of tests would at once."""


def test_a_passkey_is_added_and_signs_in(page: Page) -> None:
    ada = someone()
    page.add_init_script(NOT_IN_THE_FIELD)
    keys = Authenticator(page)
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")
    add_passkey(page)
    heading(page, "Recovery codes")
    assert [key["isResidentCredential"] for key in keys.passkeys()] == [True]
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Hello, Ada")
    expect(page.get_by_text("signed in with a passkey")).to_be_visible()


def test_a_passkey_is_offered_in_the_field_for_the_mail_address(page: Page) -> None:
    with_passkey(page, someone())
    # Signing out leads to the page of sign-in, and the authenticator answers what waits in its
    # field as if its passkey had been chosen there.
    sign_out(page)
    heading(page, "Hello, Ada")
    expect(page.get_by_text("signed in with a passkey")).to_be_visible()


def test_an_offer_that_comes_late_signs_nobody_out(page: Page, late: Late) -> None:
    ada = someone()
    # The browser has asked for options when the form is sent, and has no answer before the next
    # page: what that answer brings must not take the place of the session that has begun.
    late({OFFER: 1.0, "/": 2.0})
    with page.expect_request(lambda request: request.url.endswith(OFFER)):
        page.goto("/accounts/login/")
    page.get_by_label("Mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page.get_by_role("button", name="Sign in with a password"))
    heading(page, "Hello, Ada")
    page.goto("/sessions")
    heading(page, "Sessions")


OFFERED_ONCE_A_FORM_IS_SENT = """
PublicKeyCredential.isConditionalMediationAvailable = () =>
  new Promise((give) => addEventListener("submit", () => setTimeout(give, 50, true)));
"""
CHOSEN_ONCE_A_FORM_IS_SENT = """
const get = navigator.credentials.get.bind(navigator.credentials);
const sent = new Promise((give) => addEventListener("submit", () => setTimeout(give, 50)));
navigator.credentials.get = async (asked) => {
  if (asked.mediation === "conditional") await sent;
  return get(asked);
};
"""


def test_no_passkey_is_offered_once_a_password_is_on_its_way(page: Page, late: Late) -> None:
    ada = someone()
    # The browser takes its time to say whether it can offer one.
    page.add_init_script(OFFERED_ONCE_A_FORM_IS_SENT)
    late({OFFER: 1.0, "/": 2.0})
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")
    page.goto("/sessions")
    heading(page, "Sessions")


def test_no_passkey_takes_the_place_of_a_password_on_its_way(page: Page, late: Late) -> None:
    ada = someone()
    with_passkey(page, ada)
    page.context.clear_cookies()
    page.add_init_script(CHOSEN_ONCE_A_FORM_IS_SENT)
    page.goto("/accounts/login/")
    late({"/accounts/login/": 1.0})
    page.get_by_label("Mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page.get_by_role("button", name="Sign in with a password"))
    heading(page, "Second step")


def test_a_button_waits_for_its_script(page: Page, late: Late) -> None:
    Authenticator(page)
    late({SCRIPT: 2.0})
    page.goto("/accounts/login/", wait_until="commit")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Press the button to try again")


def test_an_offer_that_never_comes_keeps_nobody_out(page: Page, late: Late) -> None:
    ada = someone()
    late({OFFER: 60.0})
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")


def test_a_button_waits_for_the_offer_that_was_asked_for(page: Page, late: Late) -> None:
    with_passkey(page, someone())
    page.add_init_script(NOT_CHOSEN_IN_THE_FIELD)
    sign_out(page)
    late({OFFER: 1.0})
    with page.expect_request(lambda request: request.url.endswith(OFFER)):
        page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Hello, Ada")
    expect(page.get_by_text("signed in with a passkey")).to_be_visible()


def too_late(page: Page, then: str) -> None:
    """Send a form of sign-in once its browser has signed in on another tab."""
    ada = someone()
    with page.expect_response(lambda response: response.url.endswith(OFFER)):
        page.goto(f"/accounts/login/?next={then}")
    other = page.context.new_page()
    sign_in(other, ada.email)
    heading(other, "Hello, Ada")
    page.get_by_label("Mail address").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page.get_by_role("button", name="Sign in with a password"))
    heading(page, "You are signed in already")


def test_who_has_signed_in_on_another_tab_is_told(page: Page) -> None:
    too_late(page, "/sessions")
    press(page.get_by_role("link", name="Go on"))
    heading(page, "Sessions")


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example"])
def test_who_has_signed_in_is_led_nowhere_else(page: Page, elsewhere: str) -> None:
    too_late(page, elsewhere)
    expect(page.get_by_role("link", name="Go on")).to_have_count(0)


def test_who_is_not_the_owner_is_told_what_to_do(page: Page) -> None:
    keys = with_passkey(page, someone())
    page.add_init_script(NOT_IN_THE_FIELD)
    sign_out(page)
    keys.recognise(owner=False)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Press the button to try again")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_enabled()


def test_an_app_is_the_second_step_after_a_password(page: Page) -> None:
    ada = someone()
    sign_in(page, ada.email)
    secret = set_up_app(page)
    heading(page, "Recovery codes")
    sign_out(page)
    sign_in(page, ada.email)
    heading(page, "Second step")
    page.get_by_label("Code", exact=True).fill("000000")
    press(page.get_by_role("button", name="Go on"))
    expect(page.get_by_label("Code", exact=True)).to_have_attribute("aria-invalid", "true")
    next_code = totp(secret, at=time.time() + 30)
    page.get_by_label("Code", exact=True).fill(next_code)
    press(page.get_by_role("button", name="Go on"))
    heading(page, "Hello, Ada")
    expect(page.get_by_text("signed in with two factors")).to_be_visible()


def test_recovery_codes_are_shown_once_and_work_once(page: Page) -> None:
    ada = someone()
    sign_in(page, ada.email)
    set_up_app(page)
    heading(page, "Recovery codes")
    codes = shown_codes(page)
    assert len(set(codes)) == 10
    page.reload()
    assert shown_codes(page) == []
    assert not any(code in page.content() for code in codes)
    for code, well in ((codes[0], True), (codes[0], False)):
        sign_out(page)
        sign_in(page, ada.email)
        page.get_by_text("Use a recovery code").click()
        page.get_by_label("Recovery code").fill(code)
        press(page.get_by_role("button", name="Use it"))
        heading(page, "Hello, Ada" if well else "Second step")
    expect(page.get_by_label("Recovery code")).to_have_attribute("aria-invalid", "true")


def test_codes_can_be_kept_as_a_file(page: Page) -> None:
    ada = someone()
    sign_in(page, ada.email)
    set_up_app(page)
    heading(page, "Recovery codes")
    codes = shown_codes(page)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    kept = downloading.value.path().read_text()
    assert all(code in kept for code in codes)


def test_a_wrong_password_is_told_without_saying_which_was_wrong(page: Page) -> None:
    ada = someone()
    told = []
    for email in (ada.email, "nobody@example.com"):
        sign_in(page, email, "not the right one")
        told.append(page.get_by_role("alert").inner_text())
    assert told[0] == told[1]


def test_keys_alone_are_enough(page: Page) -> None:
    ada = someone()
    page.goto("/accounts/login/")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.innerText")
        )
        if reached[-1] == "id_login":
            break
    assert reached[0] == "Skip to the content"
    assert any("passkey" in name for name in reached)
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"
    page.keyboard.type(ada.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Hello, Ada")


def test_a_phone_has_it_all_in_sight(opening: Opening) -> None:
    ada = someone()
    page = opening(viewport=PHONE, is_mobile=True, has_touch=True)
    Authenticator(page)
    page.goto("/accounts/login/")
    button = page.get_by_role("button", name="Sign in with a passkey")
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < PHONE["height"]
    assert box["height"] >= 44
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_text("Menu", exact=True).tap()
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Sessions").tap()
    heading(page, "Sessions")


def test_without_scripts_a_password_still_signs_in(opening: Opening) -> None:
    ada = someone()
    page = opening(java_script_enabled=False)
    sign_in(page, ada.email)
    heading(page, re.compile("Hello, Ada"))
