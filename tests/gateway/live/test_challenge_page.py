"""The page of the challenge in a real Chromium: it solves it, says what happens, can be read."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from tests.gateway.live.solving import NAVIGATION, question
from tests.gateway.live.stage import Stage, plain_config
from tests.identity.browser.accessibility import faults
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.identity.edge.scene import PatientStage

from ringwall.gateway import posture, salts
from ringwall.gateway.posture import Order

pytestmark = pytest.mark.e2e

HOST = "app.localhost"
_LEAST, _MOST = 14, 18


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An edge in alarm from its first moment; the browser comes from an address like any other."""
    config = plain_config()
    config["availability"] = {
        "exempt": {"networks": ["192.0.2.0/24"]},
        "challenge": {"difficulty": {"least": _LEAST, "most": _MOST}},
    }
    with PatientStage(tmp_path_factory.mktemp("page"), config) as running:
        running.state.mkdir(mode=0o700, exist_ok=True)
        posture.set_posture(running.state, order=Order.ON)
        yield running.up()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    program, environment = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=[*ARGUMENTS]
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chrome: Browser) -> Iterator[BrowserContext]:
    made = chrome.new_context(ignore_https_errors=True)
    made.set_default_timeout(30_000)
    yield made
    made.close()


def test_a_browser_solves_it_and_comes_in(stage: Stage, context: BrowserContext) -> None:
    page, complaints = context.new_page(), list[str]()
    page.on("console", _told(complaints))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(_url(stage, "/some/page?a=1#there"))
    assert answer is not None
    assert answer.status == 503
    _comes_in(page, "/some/page")
    assert page.url == _url(stage, "/some/page?a=1#there")
    (cookie,) = context.cookies()
    assert cookie["name"] == "__Host-ringwall-pass"
    assert (cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    again = page.goto(_url(stage, "/other"))
    assert again is not None
    assert again.status == 200
    assert [one for one in complaints if "Failed to load resource" not in one] == []


def test_so_does_one_that_has_no_workers(stage: Stage, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script("delete window.Worker")
    page.goto(_url(stage, "/without"))
    _comes_in(page, "/without")


def test_without_cookies_it_does_not_go_round_in_circles(
    stage: Stage, context: BrowserContext
) -> None:
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'cookie', {get: () => '', set: () => {}})"
    )
    page.goto(_url(stage, "/"))
    page.get_by_role("button", name="Try again").wait_for()
    assert "keeps no cookies" in page.get_by_role("status").inner_text()


def test_whoever_comes_back_again_and_again_is_told_to_wait(
    stage: Stage, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.set_fixed_time(datetime.now(UTC))  # within a minute, however long it takes
    page.goto(_url(stage, "/"))
    _comes_in(page, "/")
    for _ in range(2):
        context.clear_cookies()
        page.goto(_url(stage, "/"))
        _comes_in(page, "/")
    context.clear_cookies()
    page.goto(_url(stage, "/"))
    page.get_by_role("button", name="Try again").wait_for()
    assert "Wait a minute" in page.get_by_role("status").inner_text()


def test_without_scripts_it_says_so(stage: Stage, chrome: Browser, tmp_path: Path) -> None:
    context = chrome.new_context(ignore_https_errors=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(_url(stage, "/"))
    assert page.locator("noscript strong").is_visible()
    page.screenshot(path=tmp_path / "without.png")
    assert not page.locator("#status").is_visible()
    context.close()


def test_everybody_can_read_it(stage: Stage, chrome: Browser, tmp_path: Path) -> None:
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            context = chrome.new_context(
                ignore_https_errors=True,
                color_scheme=scheme,
                viewport={"width": width, "height": 844},
            )
            context.add_init_script(_NEVER_DONE)
            page = context.new_page()
            page.goto(_url(stage, "/"))
            page.get_by_text("Calculating. This takes a few seconds.").wait_for()
            page.screenshot(path=tmp_path / f"{scheme}-{width}.png")
            _look(page, width)
            context.close()


_NEVER_DONE = "window.Worker = class { postMessage() {} terminate() {} }"


def test_it_is_as_hard_as_it_is_to_be(stage: Stage) -> None:
    def asked() -> int:
        return int(question(stage.get(f"https://{HOST}/", headers=NAVIGATION).text)[2])

    for more, bits in ((3, _LEAST + 3), (99, _MOST), (0, _LEAST)):
        salts.set_difficulty(stage.state, more)
        stage.wait(lambda wanted=bits: asked() == wanted)


def _look(page: Page, width: int) -> None:
    assert faults(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def _comes_in(page: Page, path: str) -> None:
    """The service's answer is there: a page that has only begun holds no challenge either."""
    page.get_by_text(f'"path":"{path}"').wait_for()
    assert page.locator("[data-challenge]").count() == 0


def _url(stage: Stage, path: str) -> str:
    return f"https://{HOST}:{stage.port}{path}"


def _told(complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    def tell(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    return tell
