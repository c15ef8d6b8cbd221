"""A whole Ringwall, an edge included, and a real Chromium before it."""

from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from tests.gateway.live.stage import Json, Stage, echo_service
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.identity.browser.house import spki_hash

ID = "id.shop.localhost"
NORTH = "north.shop.localhost"
DESK: ViewportSize = {"width": 1440, "height": 900}
_PATIENCE_MS = 20_000
"""For a busy machine, of whatever waits; unsaid, ``expect`` has five seconds."""


def config() -> Json:
    """A host of sign-in, tenants' hosts, and routes that ask for little, much and recent."""
    return {
        "edge": {"hosts": {ID: {}, "shop.localhost": {}, "*.shop.localhost": {}}},
        "identity": {"host": ID, "name": "The Shop", "tenant_hosts": "*.shop.localhost"},
        "services": {"echo": echo_service()},
        "routes": [
            _route("open", "/open/**", sign_in="none"),
            _route("money", "/money/**", factor="passkey"),
            _route("safe", "/safe/**", factor="mfa", factor_within="10s"),
            _route("all", "/**", methods=["GET", "POST"]),
        ],
    }


def _route(name: str, path: str, **more: object) -> Json:
    hosts = ["shop.localhost", "*.shop.localhost"]
    return {"name": name, "hosts": hosts, "path": path, "service": "echo", **more}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One Ringwall for the tests of a file."""
    with Stage(tmp_path_factory.mktemp("whole"), config()) as running:
        yield running.up()


@pytest.fixture(scope="module")
def chrome(stage: Stage) -> Iterator[Browser]:
    """One Chromium that trusts the stage's authority."""
    program, environment = chromium()
    chain = next((stage.state / "pki" / "edge" / "hosts" / ID).glob("*.crt"))
    authority = x509.load_pem_x509_certificates(chain.read_bytes())[1]
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        trusted = f"--ignore-certificate-errors-spki-list={spki_hash(authority)}"
        browser = playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=[*ARGUMENTS, trusted]
        )
        yield browser
        browser.close()


Opening = Callable[[], Page]


@pytest.fixture
def opening(stage: Stage, chrome: Browser) -> Iterator[Opening]:
    """Open a browser with no past; no page may complain in its console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one() -> Page:
        context = chrome.new_context(viewport=DESK, base_url=f"https://{ID}:{stage.port}")
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append(context)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
