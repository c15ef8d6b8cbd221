"""A relying party in the same process, honest unless told otherwise."""

import base64
import hashlib
import html
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from tests.identity.conftest import AUTHORITY
from tests.identity.provider.conftest import REDIRECT

TOKEN = "/identity/o/api/token"
VERIFIER = "v" * 50
ORIGIN = f"https://{AUTHORITY}"


def challenge_of(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def decoded(token: str) -> dict[str, Any]:
    """What a token says; whether it is signed is the business of other tests."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def new_browser(**headers: str) -> Any:
    """A browser, or a program, as the edge passes it on."""
    from django.test import Client

    first = {"host": AUTHORITY, "x-forwarded-proto": "https", "x-ringwall-address": "127.0.0.7"}
    first["accept"] = "text/html"
    return Client(headers=first | headers)


def sign_in(user: Any, *kinds: str, ago: float = 0, browser: Any = None) -> Any:
    """A browser in which somebody has signed in, by password unless said."""
    browser = browser or new_browser()
    browser.force_login(user)
    prove(browser, *(kinds or ("password",)), ago=ago)
    return browser


def prove(browser: Any, *kinds: str, ago: float = 0) -> None:
    """Record that something was proven, as allauth does."""
    session = browser.session
    known = session.get("account_authentication_methods", [])
    for kind in kinds:
        is_second = kind in {"totp", "webauthn", "recovery_codes"}
        one = {"method": "mfa", "type": kind} if is_second else {"method": kind}
        known.append({**one, "at": time.time() - ago})
    session["account_authentication_methods"] = known
    session["account_authentication_methods_user"] = str(uuid.UUID(session["_auth_user_id"]))
    session.save()


@dataclass
class Party:
    """A client with its registration, and how it talks to the provider."""

    client: Any
    secret: str | None
    redirect: str = REDIRECT
    machine: Any = field(default_factory=new_browser)

    @property
    def id(self) -> str:
        return str(self.client.pk)

    def url(self, **changes: str | None) -> str:
        """Where it sends a browser. ``None`` leaves a parameter out."""
        parameters: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.redirect,
            "scope": "openid profile email roles",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        kept = {k: v for k, v in (parameters | changes).items() if v is not None}
        return f"/identity/o/authorize?{urlencode(kept)}"

    def ask(self, browser: Any, **changes: str | None) -> Any:
        """The provider's first answer to the browser, once it has noted when it was asked."""
        answer = browser.get(self.url(**changes))
        if answer.headers.get("location", "").startswith("/identity/o/authorize"):
            answer = browser.get(answer.headers["location"])
        return answer

    def authorize(self, browser: Any, **changes: str | None) -> dict[str, str]:
        """What comes back after the person says yes wherever asked."""
        answer = self.ask(browser, **changes)
        if answer.status_code == 200 and b'name="action"' in answer.content:
            answer = consent(browser, answer)
        return returned(answer)

    def exchange(self, code: str, /, **changes: str | None) -> Any:
        """The token endpoint's answer to a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": VERIFIER,
        }
        return self.post(TOKEN, form, **changes)

    def tokens(self, browser: Any, **changes: str | None) -> dict[str, Any]:
        """All the way."""
        answer = self.exchange(self.authorize(browser, **changes)["code"])
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def refresh(self, token: str, /, **changes: str | None) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.post(TOKEN, form, **changes)

    def post(
        self, path: str, form: dict[str, str], /, *, headers: Any = None, **changes: str | None
    ) -> Any:
        """Post a form with the client's credentials."""
        sent: dict[str, str | None] = {**form}
        given = dict(headers or {})
        if self.secret is None:
            sent.setdefault("client_id", self.id)
        elif "authorization" not in given:
            pair = f"{self.id}:{self.secret}".encode()
            given["authorization"] = "Basic " + base64.b64encode(pair).decode()
        kept = {k: v for k, v in (sent | changes).items() if v is not None}
        return self.machine.post(
            path,
            urlencode(kept),
            content_type="application/x-www-form-urlencoded",
            headers={k: v for k, v in given.items() if v},
        )

    def introspect(self, token: str) -> Any:
        return self.post("/identity/o/api/introspect", {"token": token}).json()

    def userinfo(self, token: str, **headers: str) -> Any:
        return self.machine.get(
            "/identity/o/api/userinfo", headers={"authorization": f"Bearer {token}", **headers}
        )


def after(answer: Any) -> tuple[str, str]:
    """The page a browser is sent to, and where that leads back to."""
    path, _, query = answer.headers["location"].partition("?")
    return path, parse_qs(query).get("next", [""])[0]


def consent(browser: Any, page: Any, action: str = "allow") -> Any:
    """Answer the question on a page."""
    text = page.content.decode()
    signed = re.search(r'name="request" value="([^"]+)"', text)
    assert signed, text
    form = {"request": html.unescape(signed[1]), "action": action}
    return browser.post("/identity/o/consent", form)


def returned(answer: Any) -> dict[str, str]:
    """The parameters in the redirect, also of the page that leads on after a sign-in."""
    if answer.status_code == 200:
        found = re.search(r'id="go-on" href="([^"]+)"', answer.content.decode())
        assert found, answer.content.decode()
        target = html.unescape(found[1])
    else:
        assert answer.status_code == 303, (answer.status_code, answer.content)
        target = answer.headers["location"]
    return {k: v[0] for k, v in parse_qs(urlsplit(target).query).items()}
