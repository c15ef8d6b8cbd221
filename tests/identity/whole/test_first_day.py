"""The first day of a whole Ringwall: an administrator by passkey, and pages that ask for more."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from tests.gateway.live.stage import Json, Stage, header
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.walks import heading
from tests.identity.whole.conftest import NORTH, Opening

pytestmark = pytest.mark.e2e

NOT_IN_THE_FIELD = "PublicKeyCredential.isConditionalMediationAvailable = async () => false"


def link(stage: Stage) -> str:
    made = stage.command("admin", "link")
    assert made.returncode == 0, made.stderr
    found = re.search(r"https://\S+/first\?secret=\S+", made.stdout)
    assert found, made.stdout
    return found[0]


def shop(stage: Stage, path: str, host: str = "shop.localhost") -> str:
    return f"https://{host}:{stage.port}{path}"


def told(page: Page) -> Json:
    """What the service behind the edge received."""
    found: Json = json.loads(page.locator("body").inner_text())
    return found


@pytest.fixture
def ada(stage: Stage, opening: Opening) -> Page:
    """Ada, who has just made herself the first administrator, with a passkey."""
    page = opening()
    page.add_init_script(NOT_IN_THE_FIELD)
    Authenticator(page)
    page.goto(link(stage))
    page.get_by_label("Your name").fill("Ada Marlow")
    page.get_by_label("Mail address").fill("ada@example.com")
    page.get_by_role("button", name="Continue with a passkey").click()
    page.get_by_role("button", name="Make a passkey").click()
    heading(page, "Recovery codes")
    return page


def test_the_first_day(stage: Stage, ada: Page) -> None:
    _lands_where_she_wanted(stage, ada)
    _proves_it_again_where_asked(stage, ada)
    _finds_the_link_used_up(stage, ada)
    _is_no_member_of_another_organisation(stage, ada)
    _sends_a_form_too_late(stage, ada)


def _lands_where_she_wanted(stage: Stage, page: Page) -> None:
    wanted = shop(stage, "/orders?page=2&sort=%2Fnew&q=a+b")
    page.goto(wanted)
    assert page.url == wanted
    arrived = told(page)
    assert (arrived["path"], arrived["query"]) == ("/orders", "page=2&sort=%2Fnew&q=a+b")
    assert header(arrived, "x-ringwall-email") == ["ada@example.com"]
    assert header(arrived, "x-ringwall-strength") == ["phr"]
    assert header(arrived, "x-ringwall-roles") == ["owner"]
    assert not [one for one in header(arrived, "cookie") if "ringwall" in one]


def _proves_it_again_where_asked(stage: Stage, page: Page) -> None:
    page.goto(shop(stage, "/money/today"))
    assert told(page)["path"] == "/money/today"
    page.wait_for_timeout(10_500)
    page.goto(shop(stage, "/safe/box?n=7"))
    heading(page, "Is it you?")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(shop(stage, "/safe/box?n=7"))
    assert told(page)["query"] == "n=7"


def _finds_the_link_used_up(stage: Stage, page: Page) -> None:
    page.goto("/first?secret=anything")
    expect(page.get_by_role("main")).not_to_contain_text("Continue with a passkey")
    refused = stage.command("admin", "link")
    assert refused.returncode != 0
    assert "administrator" in refused.stderr


def _is_no_member_of_another_organisation(stage: Stage, page: Page) -> None:
    page.goto(shop(stage, "/", NORTH))
    heading(page, "You are not a member here")


def _sends_a_form_too_late(stage: Stage, page: Page) -> None:
    page.goto(shop(stage, "/open/form"))
    page.evaluate(
        """() => { document.body.innerHTML = `<form method="post" action="/orders?draft=1">
        <input name="article" value="tea &amp; 'ginger' &lt;b&gt;"><button>Order</button>
        </form>` }"""
    )
    there = page.context.cookies(shop(stage, "/orders"))
    jar = "; ".join(f"{one['name']}={one['value']}" for one in there)
    other = page.context.new_page()
    other.add_init_script(NOT_IN_THE_FIELD)
    other.goto("/accounts/logout/")
    other.get_by_role("main").get_by_role("button", name="Sign out").click()
    other.get_by_label("Mail address").wait_for()
    other.close()
    # By each worker of the edge, of which any may have the browser's connection.
    stage.wait(
        lambda: all(
            stage.get(shop(stage, "/orders"), headers={"cookie": jar}).status_code == 401
            for _ in range(8)
        )
    )
    page.get_by_role("button", name="Order").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(shop(stage, "/orders?draft=1"))
    arrived = told(page)
    assert (arrived["method"], arrived["path"], arrived["query"]) == ("POST", "/orders", "draft=1")
    assert arrived["body_bytes"] == len("article=tea+%26+%27ginger%27+%3Cb%3E")
