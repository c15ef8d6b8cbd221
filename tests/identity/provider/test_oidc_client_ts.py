"""oidc-client-ts, a relying party nobody here wrote, in a real browser on an origin of its own."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.identity.provider.conftest import Register
from tests.identity.provider.node import installed
from tests.identity.provider.stage import PASSWORD, Stage

pytestmark = pytest.mark.e2e

APP = "https://app.example"
PAGE = "<!doctype html><title>App</title><script src='/oidc-client-ts.js'></script>"
MANAGER = """
([issuer, client]) => {
  window.manager = new oidc.UserManager({
    authority: issuer,
    client_id: client,
    redirect_uri: location.origin + "/back",
    post_logout_redirect_uri: location.origin + "/bye",
    scope: "openid profile email orders:read",
    loadUserInfo: true,
  });
}
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_page_signs_in_asks_who_it_is_and_signs_out(
    stage: Stage, ada: Any, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Playwright's own loop runs in this thread, and Django would take that for our doing.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client, _ = register(
        stage.facts,
        name="The page",
        auth_method="none",
        redirect_uris=(f"{APP}/back",),
        logout_uris=(f"{APP}/bye",),
        origins=(APP,),
    )
    program, environment = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env=dict(environment), args=list(ARGUMENTS)
        )
        context = browser.new_context(ignore_https_errors=True)
        # A browser asks before a page of the Internet may speak to this machine.
        context.grant_permissions(["local-network-access"])
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.route(f"{APP}/**", _serve)
        _walk(page, stage, client.pk)
        _other_origins_read_nothing(page, stage, client.pk)
        browser.close()


def _serve(route: Route) -> None:
    script = installed() / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"
    if route.request.url.endswith(".js"):
        route.fulfill(body=script.read_text(), content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


def _walk(page: Page, stage: Stage, client: str) -> None:
    page.goto(APP)
    page.evaluate(MANAGER, [stage.origin, client])
    page.evaluate("void manager.signinRedirect()")
    page.wait_for_selector("input[name=login]")
    page.fill("input[name=login]", "ada@example.com")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("button[value=allow]")
    assert "The page" in page.inner_text("h1")
    page.click("button[value=allow]")
    page.wait_for_url(f"{APP}/back**")
    page.evaluate(MANAGER, [stage.origin, client])
    user = page.evaluate("manager.signinRedirectCallback()")
    assert user["profile"]["email"] == "ada@example.com"
    assert user["profile"]["name"] == "Ada Lovelace"
    again = page.evaluate("manager.signinSilent()")
    assert again["refresh_token"] != user["refresh_token"]
    # Signed in already and allowed before: no page on the way.
    page.goto(APP)
    page.evaluate(MANAGER, [stage.origin, client])
    page.evaluate("void manager.signinRedirect()")
    page.wait_for_url(f"{APP}/back**")
    page.evaluate(MANAGER, [stage.origin, client])
    page.evaluate("manager.signinRedirectCallback()")
    page.evaluate("void manager.signoutRedirect()")
    page.wait_for_url(f"{APP}/bye**")
    page.evaluate(MANAGER, [stage.origin, client])
    page.evaluate("void manager.signinRedirect()")
    page.wait_for_selector("input[name=login]")


def _other_origins_read_nothing(page: Page, stage: Stage, client: str) -> None:
    page.route("https://evil.example/**", _serve)
    page.goto("https://evil.example/")
    form = f"grant_type=refresh_token&client_id={client}&refresh_token=x"
    told = page.evaluate(
        """async ([url, body]) => {
          const headers = {"Content-Type": "application/x-www-form-urlencoded"};
          try { return (await fetch(url, {method: "POST", body, headers})).status; }
          catch (error) { return String(error); }
        }""",
        [f"{stage.origin}/identity/o/api/token", form],
    )
    assert "Failed to fetch" in str(told)
