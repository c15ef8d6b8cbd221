"""A real Chromium before the pages of sign-in.

Every test takes ``house``, where the browser goes. Here it is Django alone; tests of a whole
Ringwall give a fixture of the same name with the edge's origin and state folder, and can then use
the same stories.
"""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.identity.browser.house import House, django_alone
from tests.runtime.migrated import put_tables

from ringwall.runtime.current import current_installation
from ringwall.runtime.database import database_settings

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
_PATIENCE_MS = 30_000
"""For a busy machine; nothing waits longer than it must."""
_OPENED = pytest.StashKey[list[BrowserContext]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell with a failure what each page shows: a locator that waits in vain does not say it."""
    report = yield
    if call.when == "call" and report.failed:
        for context in item.stash.get(_OPENED, []):
            report.sections += [(f"page {page.url}", _shown(page)) for page in context.pages]
    return report


def _shown(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=1_000)
    except Error as error:
        return f"not known: {error.message}"


@pytest.fixture(scope="module")
def served(_django: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Django alone, with tables of its own, for the tests of one file."""
    state = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        _live_in(state, patch)
        put_tables(state, tmp_path_factory.getbasetemp())
        with django_alone(state) as house:
            yield house
        _forget_connection()


@pytest.fixture
def house(served: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Where the browser goes; the test itself uses the same tables."""
    _live_in(served.state, monkeypatch)
    yield served
    _forget_connection()
    current_installation.cache_clear()


def _live_in(state: Path, patch: pytest.MonkeyPatch) -> None:
    # Playwright's own loop runs in this thread, and Django would take that for our doing.
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    _forget_connection()
    chosen = connections.configure_settings({"default": database_settings(None, state=state)})
    patch.setitem(connections.settings, "default", chosen["default"])
    patch.setenv("RINGWALL_STATE", str(state))
    current_installation.cache_clear()


def _forget_connection() -> None:
    connections["default"].close()
    del connections["default"]


@pytest.fixture(scope="module")
def browser_process(served: House) -> Iterator[Browser]:
    """One Chromium that trusts the house's certificate and nothing else that is made up."""
    program, environment = chromium()
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            env=dict(environment),
            args=[*ARGUMENTS, f"--ignore-certificate-errors-spki-list={served.trusted}"],
        )
        yield browser
        browser.close()


Opening = Callable[..., Page]


@pytest.fixture
def opening(
    house: House, browser_process: Browser, request: pytest.FixtureRequest
) -> Iterator[Opening]:
    """Open a browser with no past: ``opening()`` at a desk, ``opening(viewport=PHONE)`` in a hand.

    What the page says in its console is an error of the test, so that a refused inline style or a
    script that fails never goes unseen.
    """
    contexts = request.node.stash[_OPENED] = list[BrowserContext]()
    complaints: list[str] = []

    def open_one(**options: object) -> Page:
        wanted = {"viewport": DESK, "base_url": house.origin, **options}
        context = browser_process.new_context(**wanted)  # type: ignore[arg-type]
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        contexts.append(context)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(opening: Opening) -> Page:
    """A browser at a desk."""
    return opening()
