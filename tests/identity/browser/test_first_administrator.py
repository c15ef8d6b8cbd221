"""The first administrator comes in by the link, with a passkey or with a password and an app."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.house import House
from tests.identity.browser.people import PASSWORD, totp
from tests.identity.browser.walks import heading, press, shown_codes

from ringwall.identity import facts as facts_file
from ringwall.identity import first

pytestmark = pytest.mark.e2e


@pytest.fixture
def link(house: House) -> Iterator[str]:
    """What ``ringwall up`` prints where nobody is yet."""
    _empty(house.state)
    made = first.first_link(house.state, facts_file.read(house.state), datetime.now(UTC))
    assert made is not None
    yield made
    _empty(house.state)


def _empty(state: Path) -> None:
    from ringwall.identity.models import Organisation, User

    User.objects.all().delete()
    Organisation.objects.filter(kind="provider").delete()
    first.settle(state, has_administrator=False)


def _introduce(page: Page, way: str) -> None:
    page.get_by_label("Your name").fill("Grace Holt")
    page.get_by_label("Mail address").fill("grace@example.com")
    page.get_by_role("button", name=way).click()


def _is_owner() -> bool:
    from ringwall.identity.models import Membership

    kept = Membership.objects.get(user__email="grace@example.com", organisation__kind="provider")
    return "owner" in kept.roles


def test_by_passkey(page: Page, link: str) -> None:
    Authenticator(page)
    page.goto(link)
    _introduce(page, "Continue with a passkey")
    page.get_by_role("button", name="Make a passkey").click()
    heading(page, "Recovery codes")
    assert len(shown_codes(page)) == 10
    press(page.get_by_role("link", name="I have kept them"))
    page.goto("/")
    heading(page, "Hello, Grace")
    expect(page.get_by_text("signed in with a passkey")).to_be_visible()
    assert _is_owner()


def test_by_password_and_app(page: Page, link: str) -> None:
    page.goto(link)
    _introduce(page, "Use a password and an app instead")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Type it in instead").click()
    secret = page.locator("code.code").inner_text()
    page.get_by_label("Code from the app").fill(totp(secret))
    page.get_by_role("button", name="Finish").click()
    heading(page, "Recovery codes")
    page.goto("/")
    heading(page, "Hello, Grace")
    expect(page.get_by_text("signed in with two factors")).to_be_visible()
    assert _is_owner()


def test_the_link_works_once(page: Page, link: str) -> None:
    Authenticator(page)
    page.goto(link)
    _introduce(page, "Continue with a passkey")
    page.get_by_role("button", name="Make a passkey").click()
    heading(page, "Recovery codes")
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Welcome")
