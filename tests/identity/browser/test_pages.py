"""Every page, light and dark, at a desk and on a phone: nothing axe objects to, nothing cut off.

With RINGWALL_PICTURES naming a folder, pictures of all of them are put there to be looked at.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.identity.browser import asking, gallery, watching
from tests.identity.browser.accessibility import faults
from tests.identity.browser.conftest import DESK, PHONE
from tests.identity.browser.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


Walk = Callable[[Page, House], Iterator[str]]

WALKS: dict[str, tuple[Walk, int]] = {
    "strangers": (lambda page, house: gallery.strangers(page, house.state), 21),
    "members": (lambda page, _: gallery.members(page), 36),
    "newcomers": (lambda page, _: gallery.newcomers(page), 2),
    "founders": (gallery.founders, 21),
    "askers": (asking.askers, 9),
    "watchers": (watching.watchers, 30),
}
"""Each with how many pages it comes past at least."""


@pytest.mark.parametrize("name", WALKS)
def test_every_page_can_be_seen_and_used_by_everybody(page: Page, house: House, name: str) -> None:
    # What moves is not there yet when it is looked at.
    page.emulate_media(reduced_motion="reduce")
    walk, least = WALKS[name]
    wrong, seen = [], 0
    for shown in walk(page, house):
        seen += 1
        wrong += [f"{shown}: {fault}" for fault in _looked_at(page, shown)]
    assert wrong == []
    assert seen >= least


_INLINE = "[style], style, script:not([src]):not([type='application/json'])"


def _looked_at(page: Page, name: str) -> Iterator[str]:
    title = page.title()
    if not title or title.startswith(" ·"):
        yield "it has no title"
    if page.locator("h1").count() != 1:
        yield "it has not exactly one heading of the first level"
    # Only of a page that axe has not been at yet, which leaves things behind.
    is_new = page.evaluate("!(window.lookedAt || !(window.lookedAt = true))")
    if is_new and page.locator(_INLINE).count():
        yield "it has inline code or style"
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours)
        for size, viewport in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            width = page.evaluate("document.documentElement.scrollWidth")
            if width > viewport["width"]:
                yield f"it is {width} wide on a {size}"
            _keep_picture(page, f"{name}-{size}-{colours}")
            # The colours are all that differs in the dark.
            rules = () if colours == "light" else ("color-contrast",)
            yield from (f"{colours}, {size}: {fault}" for fault in faults(page, *rules))
    page.set_viewport_size(DESK)


def _keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("RINGWALL_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
