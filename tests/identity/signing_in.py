"""People who sign in by the pages, as a browser does."""

import base64
import json
import os
import re
from typing import Any

from tests.identity.authenticator import Passkey, code_of

GOOD = "mountain-lamp-river-eleven"
LOGIN = "/accounts/login/"


def person(email: str = "ada@example.com", password: str | None = GOOD, **more: Any) -> Any:
    """Somebody with a verified mail address."""
    from allauth.account.models import EmailAddress

    from ringwall.identity.models import User

    made = User.objects.create_user(email, password, **more)
    EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)
    return made


def member(user: Any, slug: str, *, kind: str = "customer", roles: Any = (), **rules: Any) -> Any:
    """Put somebody into an organisation, made when it is not there."""
    from ringwall.identity.models import Membership, Organisation

    made, _ = Organisation.objects.get_or_create(
        slug=slug, defaults={"name": slug.title(), "kind": kind, **rules}
    )
    return Membership.objects.create(organisation=made, user=user, roles=list(roles))


def app_of(user: Any) -> str:
    """Give somebody an authenticator app; its secret."""
    from ringwall.identity import factors

    secret = base64.b32encode(os.urandom(20)).decode()
    factors.keep_app(user, secret, used=None)
    return secret


def passkey_of(user: Any) -> Passkey:
    """Give somebody a passkey."""
    from allauth.account.utils import user_pk_to_url_str
    from allauth.mfa.models import Authenticator

    made = Passkey()
    handle = base64.urlsafe_b64encode(user_pk_to_url_str(user).encode()).decode()
    options = {"publicKey": {"user": {"id": handle}, "challenge": "AA"}}
    data = {"name": "Key", "credential": json.loads(made.create(options))}
    Authenticator.objects.create(user=user, type="webauthn", data=data)
    return made


def sign_in(browser: Any, email: str = "ada@example.com", password: str = GOOD) -> Any:
    """Post mail address and password."""
    return browser.post(LOGIN, {"login": email, "password": password})


def show_code(browser: Any, secret: str, *, steps: int = 0) -> Any:
    """Post the code of an app as the second step."""
    return browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret, steps=steps)})


def by_passkey(browser: Any, key: Passkey) -> Any:
    """Sign in with a passkey alone."""
    page = "/accounts/2fa/webauthn/login/"
    options = browser.get(page, headers={"accept": "application/json"}).json()
    return browser.post(page, {"credential": key.get(options["request_options"])})


def words(answer: Any) -> str:
    """The page's text, white space in it squeezed."""
    return re.sub(r"\s+", " ", answer.content.decode())


def options_of(answer: Any, name: str = "passkey-options") -> dict[str, Any]:
    """What a page tells its script about the passkey it wants."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', words(answer))
    assert found, words(answer)[:2000]
    made: dict[str, Any] = json.loads(found[1])
    return made


def session_of(browser: Any) -> Any:
    """The living session of a browser, or nothing."""
    from ringwall.identity.browser_sessions import kept_key
    from ringwall.identity.models import Session

    kept = kept_key(browser.session.session_key)
    return Session.objects.filter(key=kept, ended=None).first()


def html(browser: Any) -> Any:
    """The same browser, saying that it wants pages."""
    browser.defaults["HTTP_ACCEPT"] = "text/html"
    return browser


def another(browser: Any) -> Any:
    """Another browser at another address."""
    from django.test import Client

    made = Client()
    made.defaults = {**browser.defaults, "HTTP_X_RINGWALL_ADDRESS": "127.0.9.9"}
    return made
