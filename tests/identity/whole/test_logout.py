"""A relying party hears of the end of a session from the worker of a whole Ringwall."""

import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from tests.gateway.live.stage import Json, Stage, echo_service
from tests.identity.provider.party import VERIFIER, challenge_of
from tests.identity.provider.stage import PASSWORD, hidden
from tests.identity.whole.test_programs import client, told, url
from tests.runtime.conftest import environment
from tests.runtime.migrated import put_tables

pytestmark = pytest.mark.e2e

ID, APP = "id.shop.localhost", "shop.localhost"
MAIL = "ada@example.com"
BACK = "https://ledger.example/back"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"

_PERSON = f"""
import django
django.setup()
from tests.identity.provider.stage import make_person
print(make_person({MAIL!r}).subject)
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config: Json = {
        "edge": {"hosts": {ID: {}, APP: {}}},
        "identity": {"host": ID},
        "services": {"echo": echo_service()},
        "routes": [{"name": "all", "hosts": [APP], "path": "/**", "service": "echo"}],
    }
    with Stage(tmp_path_factory.mktemp("logout"), config) as running:
        put_tables(running.state, tmp_path_factory.getbasetemp())
        yield running.up()


@contextmanager
def listening() -> Iterator[tuple[str, "queue.Queue[dict[str, list[str]]]"]]:
    """A relying party's server: where it is told of ends, and what it was told."""
    heard: queue.Queue[dict[str, list[str]]] = queue.Queue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.put(parse_qs(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ended", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def somebody(stage: Stage) -> str:
    """Make Ada, with a password; her subject."""
    env = environment(stage.state, None) | {"DJANGO_SETTINGS_MODULE": "ringwall.runtime.settings"}
    done = subprocess.run(
        [sys.executable, "-c", _PERSON], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def tokens_of(browser: httpx.Client, stage: Stage, made: Json) -> dict[str, Any]:
    """Ada signs in and lets the relying party in; its tokens."""
    page = url(stage, ID, "/accounts/login/")
    form = hidden(browser.get(page).text) | {"login": MAIL, "password": PASSWORD}
    answer = browser.post(page, data=form, headers={"Referer": page})
    assert answer.status_code == 302, answer.text
    asked = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": BACK,
        "scope": "openid",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    answer = browser.get(url(stage, ID, f"/identity/o/authorize?{urlencode(asked)}"))
    assert answer.status_code == 303, answer.text
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    with client(stage) as program:
        given = program.post(
            url(stage, ID, "/identity/o/api/token"),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": BACK,
                "code_verifier": VERIFIER,
            },
            auth=httpx.BasicAuth(made["client_id"], made["client_secret"]),
        )
    assert given.status_code == 200, given.text
    found: dict[str, Any] = given.json()
    return found


def test_the_worker_tells_a_relying_party_of_the_end(stage: Stage) -> None:
    subject = somebody(stage)
    with listening() as (address, heard), client(stage) as browser:
        made = told(
            stage,
            "client", "add", "Ledger", "--redirect", BACK, "--backchannel", address,
            "--first-party", "--scope", "openid",
        )  # fmt: skip
        given = tokens_of(browser, stage, made)
        sid = jwt.decode(given["id_token"], options={"verify_signature": False})["sid"]
        with pytest.raises(queue.Empty):
            heard.get(timeout=1)
        told(stage, "user", "end-sessions", MAIL, "--reason", "travel")
        (token,) = heard.get(timeout=90)["logout_token"]
        keys = browser.get(url(stage, ID, "/.well-known/jwks.json")).json()["keys"]
        kid = jwt.get_unverified_header(token)["kid"]
        said = jwt.decode(
            token,
            jwt.PyJWK.from_dict(next(one for one in keys if one["kid"] == kid)),
            algorithms=["ES256"],
            audience=made["client_id"],
            issuer=url(stage, ID, ""),
        )
        assert (said["sub"], said["sid"]) == (subject, sid)
        assert said["events"] == {LOGOUT: {}}
        with pytest.raises(queue.Empty):
            heard.get(timeout=2)  # who has taken it is told once
