"""The page in a real Chromium: nothing cut off, nothing run, nothing fetched; pictures on demand.

With a folder named by ``RINGWALL_PICTURES`` it leaves pictures there.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.posture.reports.sample import sample

from ringwall.posture.frameworks.catalogue import frameworks
from ringwall.posture.reports import html

PARTS = ("failing", "frameworks", "scopes", "unknown", "silent")


@pytest.mark.e2e
def test_the_page_is_whole_wide_and_narrow_by_day_and_by_night(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.text(sample(), frameworks().values()), encoding="utf-8")
    program, environment = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(program), env=dict(environment), args=list(ARGUMENTS)
        )
        for scheme in ("light", "dark"):
            for width in (1440, 390):
                page = browser.new_page(
                    viewport={"width": width, "height": 1000},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                _look(page, path, f"report-{scheme}-{width}")
                page.close()
        browser.close()


def _look(page: Page, path: Path, name: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: said.append(one.text))
    page.on("dialog", lambda one: said.append(one.message))
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    wide, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == seen
    for part in PARTS:
        assert page.locator(f"#{part}").is_visible()
    assert asked == [path.as_uri()]
    assert said == []
    pictures = os.environ.get("RINGWALL_PICTURES")
    if pictures:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false })")
        Path(pictures).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{pictures}/{name}.png")
        page.locator("#frameworks").scroll_into_view_if_needed()
        page.screenshot(path=f"{pictures}/{name}-frameworks.png")
