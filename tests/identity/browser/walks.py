"""What people do again and again."""

import re

from playwright.sync_api import Locator, Page, expect
from tests.identity.browser.people import PASSWORD, totp


def press(what: Locator) -> None:
    """Click what leads to a page, another or the same anew, and be there when it is done.

    A click alone comes back before the browser has gone: whatever is asked for next would cut the
    request off, or would be told of the page before.
    """
    with what.page.expect_navigation():
        what.click()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """By password, from wherever the page is."""
    page.goto("/accounts/login/")
    page.get_by_label("Mail address").fill(email)
    page.get_by_label("Password").fill(password)
    press(page.get_by_role("button", name="Sign in with a password"))


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    """The page has arrived that says ``text`` at its top."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def prove_again(page: Page, password: str = PASSWORD) -> None:
    """Answer the question whether it is you, if it is asked."""
    if "/reauthenticate" in page.url:
        page.get_by_label("Password").fill(password)
        press(page.get_by_role("button", name="Go on"))


def add_passkey(page: Page, name: str = "My laptop") -> None:
    """Add a passkey to the account that is signed in; the browser has an authenticator."""
    page.goto("/accounts/2fa/webauthn/add/")
    prove_again(page)
    page.get_by_label("Name").fill(name)
    press(page.get_by_role("button", name="Add a passkey"))


def set_up_app(page: Page) -> str:
    """Set up an authenticator app; its secret, base32."""
    page.goto("/accounts/2fa/totp/activate/")
    prove_again(page)
    page.get_by_text("Type it in instead").click()
    secret = page.locator("code.code").inner_text()
    page.get_by_label("Code from the app").fill(totp(secret))
    press(page.get_by_role("button", name="Switch it on"))
    return secret


def shown_codes(page: Page) -> list[str]:
    """The recovery codes on the page."""
    return page.locator(".codes code").all_inner_texts()
