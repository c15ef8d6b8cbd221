"""What people see whom a policy keeps out: a page of the edge's own; programs get a problem."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import ConsoleMessage, Page, sync_playwright
from tests.access.live.guarded import API, NORA, Guarded
from tests.identity.browser.accessibility import faults
from tests.identity.browser.chromium import ARGUMENTS, chromium

pytestmark = pytest.mark.e2e

DENIED: Final = "/v1/south/list"
NAVIGATES: Final = ("sec-fetch-mode", "navigate")
OLD: Final = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8")


@pytest.mark.parametrize("browser", [NAVIGATES, OLD], ids=["navigates", "old"])
def test_a_browser_gets_a_page_that_names_no_policy(
    edge: Guarded, browser: tuple[str, str]
) -> None:
    answer = edge.get(DENIED, headers=[browser])
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.text.count(answer.headers["x-request-id"]) == 1
    assert not re.search(r"%|access:|policy|REFERENCE|LINKS", answer.text.partition("<body>")[2])
    assert f'href="{edge.identity.facts.origin}/"' in answer.text


@pytest.mark.parametrize("mode", ["cors", "same-origin", "no-cors", "websocket"])
def test_what_fetches_gets_a_problem_even_if_it_would_take_a_page(edge: Guarded, mode: str) -> None:
    answer = edge.get(DENIED, headers=[("sec-fetch-mode", mode), OLD])
    assert answer.status_code == 403
    assert answer.json() == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "You are not allowed to do this.",
        "reference": answer.headers["x-request-id"],
    }


def test_it_can_be_read_and_used_by_everybody(edge: Guarded, tmp_path: Path) -> None:
    program, environment = chromium()
    name, value = edge.credential(NORA, API)
    assert name == "cookie"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=[*ARGUMENTS]
        )
        for scheme in ("light", "dark"):
            for width in (1440, 390):
                context = browser.new_context(
                    ignore_https_errors=True,
                    color_scheme=scheme,
                    viewport={"width": width, "height": 844},
                    extra_http_headers={name: value},
                )
                page = context.new_page()
                complaints: list[str] = []
                page.on("console", _told(complaints))
                answer = page.goto(f"https://{API}:{edge.stage.port}{DENIED}")
                assert answer is not None
                assert answer.status == 403
                page.screenshot(path=tmp_path / f"{scheme}-{width}.png")
                _look(page, width)
                assert [one for one in complaints if "Failed to load resource" not in one] == []
                context.close()
        browser.close()


def _told(complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    return lambda message: complaints.append(message.text)


def _look(page: Page, width: int) -> None:
    assert page.get_by_role("heading", level=1).inner_text() == "You may not do this"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults(page) == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the start page"
