"""oidc-client-ts, a relying party nobody here wrote, in a real browser on an origin of its own."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright
from tests.identity.browser.chromium import ARGUMENTS, chromium
from tests.identity.provider.conftest import Register
from tests.identity.provider.node import installed
from tests.identity.provider.stage import PASSWORD, Stage, certificate_for

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
    silentRequestTimeoutInSeconds: 60,
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
    with _served(stage.folder) as port, sync_playwright() as playwright:
        names = f"MAP app.example 127.0.0.1:{port}, MAP evil.example 127.0.0.1:{port}"
        browser = playwright.chromium.launch(
            executable_path=program,
            env=dict(environment),
            args=[*ARGUMENTS, f"--host-resolver-rules={names}"],
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.set_default_timeout(30_000)
        _walk(page, stage, client.pk)
        _other_origins_read_nothing(page, stage, client.pk)
        browser.close()


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """The application: one page and the script, at every name."""
    script = installed() / "node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js"

    class Application(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path.endswith(".js")
            body = script.read_bytes() if is_script else PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate_for("app.example", folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
