"""An identity provider that nobody here wrote (nanoidp, from PyPI) signs somebody in, both ways."""

import re
import subprocess
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from tests.gateway.certificates.acme_stage import tools_python
from tests.identity import tenants
from tests.ports import free_port

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

pytestmark = pytest.mark.e2e

_PROGRAM = Path(__file__).with_name("nanoidp_in_order.py")
US = "https://id.shop.localhost:8443"


@pytest.fixture
def idp(tmp_path: Path) -> Iterator[str]:
    """A provider that knows Ada of North, who is in Finance; where it answers."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    (tmp_path / "settings.yaml").write_text(
        f"""config_version: 1
server: {{host: 127.0.0.1, port: {port}}}
oauth:
  issuer: {here}
  audience: us
  clients:
    - client_id: us
      client_secret: a shared secret
      redirect_uris: ["{US}/sign-on/north-oidc/callback"]
saml:
  entity_id: {here}/saml
  sso_url: {here}/saml/sso
  default_acs_url: {US}/sign-on/north-saml/acs
  sign_responses: true
  export_groups: true
  groups_attr_name: groups
"""
    )
    (tmp_path / "users.yaml").write_text(
        """config_version: 1
users:
  ada:
    password: a password over there
    email: ada@north.example
    groups: [Finance]
"""
    )
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [str(tools_python()), str(_PROGRAM), "--config", str(tmp_path)],
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=tmp_path,
    )
    try:
        _wait(f"{here}/.well-known/openid-configuration", process, tmp_path / "log")
        yield here
    finally:
        process.terminate()
        process.wait(60)
        log.close()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(log.read_text())


def fields(page: str) -> tuple[str, dict[str, str]]:
    """The form of a page: where it goes and what is filled in."""
    form = re.search(r"<form[^>]*>.*?</form>", page, re.DOTALL)
    assert form is not None, page
    action = re.search(r'<form[^>]*action="([^"]*)"', form[0])
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = unescape(value[1]) if value else ""
    return unescape(action[1]) if action else "", found


def log_in(url: str) -> httpx.Response:
    """Ada types her password over there; what comes back after."""
    with httpx.Client(timeout=60) as client:
        page = client.get(url)
        action, told = fields(page.text)
        told |= {"username": "ada", "password": "a password over there"}
        return client.post(urljoin(url, action or url), data=told)


def test_openid_connect(idp: str, north: Any, browser: Any, facts: Facts) -> None:
    from ringwall.identity.models import Session
    from ringwall.identity.sso import connections, trying

    connections.create(
        north,
        slug="north-oidc",
        name="North",
        provider=connections.Oidc(issuer=idp, client_id="us", client_secret="a shared secret"),
        private_network=True,
        by=MACHINE,
    )
    assert all(one.fine for one in trying.try_out(connections.find(north, "north-oidc")))
    off = browser.post("/sign-on/north-oidc")
    back = log_in(off.url).headers["Location"]
    answer = browser.get(back.removeprefix(US))
    assert answer.status_code == 302, answer.content.decode()
    session = Session.objects.get(ended=None)
    assert session.connection is not None
    assert (session.user.email, session.connection.slug) == ("ada@north.example", "north-oidc")


def test_saml(idp: str, north: Any, browser: Any, facts: Facts) -> None:
    from ringwall.identity.models import Session
    from ringwall.identity.sso import connections

    connections.create(
        north,
        slug="north-saml",
        name="North",
        provider=connections.Saml(
            entity_id=f"{idp}/saml",
            sso_url=f"{idp}/saml/sso",
            certificates=(httpx.get(f"{idp}/saml/cert.pem", timeout=60).text,),
        ),
        private_network=True,
        by=MACHINE,
    )
    connections.map_group(north, "Finance", "approver", by=MACHINE)
    off = browser.post("/sign-on/north-saml")
    page = log_in(off.url)
    action, told = fields(page.text)
    assert action == f"{US}/sign-on/north-saml/acs"
    first = browser.post(action.removeprefix(US), told)
    assert first.status_code == 303, first.content.decode()
    assert browser.get(first.url).status_code == 302
    session = Session.objects.get(ended=None)
    assert session.connection is not None
    assert (session.user.email, session.connection.slug) == ("ada@north.example", "north-saml")
    assert tenants.member(session.user, "north").roles == ["approver"]
