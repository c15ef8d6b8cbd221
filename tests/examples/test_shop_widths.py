"""The storefront's pages in a real browser as wide as a phone: nothing is cut off."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, sync_playwright
from tests.examples.test_shop_pages import add
from tests.identity.browser.chromium import ARGUMENTS, chromium

from .conftest import Shop

pytestmark = pytest.mark.e2e

PAGES = ("/", "/products/oak-table", "/basket", "/checkout")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program, environment = chromium()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=[*ARGUMENTS]
        )
        yield found
        found.close()


@pytest.mark.parametrize("width", [390, 320])
def test_no_page_is_wider_than_a_phone(shop: Shop, browser: Browser, width: int) -> None:
    with shop.pages("north") as client:
        add(client, "oak-table", 2)  # the number of things makes the bar wider

        def answer(route: Route) -> None:
            found = client.get(urlsplit(route.request.url).path)
            route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

        context = browser.new_context(viewport={"width": width, "height": 844})
        try:
            page = context.new_page()
            page.route("**/*", answer)
            for path in PAGES:
                page.goto(f"http://north.shop.localhost{path}")
                assert page.evaluate("document.documentElement.scrollWidth") == width, path
                assert page.evaluate("getComputedStyle(document.body).margin") == "0px", path
        finally:
            context.close()
