"""A walk past every page that people see."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from playwright.sync_api import Page
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.people import PASSWORD, member, someone
from tests.identity.browser.walks import (
    add_passkey,
    heading,
    prove_again,
    set_up_app,
    sign_in,
)

from ringwall.identity import facts as facts_file
from ringwall.identity.config import SignUp

PHONE_AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
LAPTOP_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Safari/605.1.15"
)


def strangers(page: Page, state: Any) -> Iterator[str]:
    """Pages before anybody is signed in; each name is told when its page is in the browser."""
    for name, path in {
        "sign-in": "/accounts/login/",
        "sign-up-closed": "/accounts/signup/",
        "password-forgotten": "/accounts/password/reset/",
        "password-link-sent": "/accounts/password/reset/done/",
        "password-link-over": "/accounts/password/reset/key/1-x/",
        "password-reset": "/accounts/password/reset/key/done/",
        "account-closed": "/accounts/inactive/",
        "sign-on-cancelled": "/accounts/3rdparty/login/cancelled/",
        "sign-on-failed": "/accounts/3rdparty/login/error/",
        "not-found": "/nowhere",
        "refused": "/enter?to=https://elsewhere.example/",
        "application-error": "/identity/o/logout?id_token_hint=x&post_logout_redirect_uri=y",
    }.items():
        page.goto(path)
        yield name
    sign_in(page, "nobody@example.com", "not the right one")
    yield "sign-in-refused"
    yield from _newcomers(page, state)
    yield from _forgetful(page)


def _newcomers(page: Page, state: Any) -> Iterator[str]:
    known = facts_file.read(state)
    open_to_all = known.settings.model_copy(update={"sign_up": SignUp.OPEN})
    facts_file.write(state, type(known)(settings=open_to_all, port=known.port, hosts=known.hosts))
    try:
        page.goto("/accounts/login/")
        yield "sign-in-open"
        page.goto("/accounts/signup/")
        yield "sign-up"
        page.get_by_label("Mail address").fill("new@example.com")
        page.locator("input[type=password]").first.fill("short")
        page.get_by_role("button", name="Make the account").click()
        yield "sign-up-refused"
        page.locator("input[type=password]").first.fill(PASSWORD)
        page.get_by_role("button", name="Make the account").click()
        heading(page, "Confirm your mail address")
        yield "mail-code"
        page.get_by_label("Code").fill("WRONG1")
        page.get_by_role("button", name="Confirm").click()
        yield "mail-code-refused"
    finally:
        facts_file.write(state, known)


def _forgetful(page: Page) -> Iterator[str]:
    from ringwall.identity.models import OutgoingMail

    page.context.clear_cookies()
    email = someone().email
    page.goto("/accounts/password/reset/")
    page.get_by_label("Mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    heading(page, "Look into your mail")
    body = OutgoingMail.objects.filter(to=email).latest("pk").body
    link = re.search(r"https://\S+", body)
    assert link is not None
    page.goto(link.group())
    heading(page, "Choose a new password")
    yield "password-new"


def members(page: Page) -> Iterator[str]:
    """Pages of somebody signed in, from the first day to a well-kept account."""
    ada = someone()
    member(ada, "gallery-north", "North Harbour Logistics", roles=("administrator",))
    member(ada, "gallery-south", "South Pier", roles=("buyer", "approver"))
    Authenticator(page)
    sign_in(page, ada.email)
    heading(page, "Hello, Ada")
    yield "overview-first-day"
    page.goto("/accounts/2fa/")
    yield "factors-first-day"
    page.goto("/accounts/2fa/webauthn/")
    yield "passkeys-none"
    page.goto("/accounts/2fa/webauthn/add/")
    if "/reauthenticate" in page.url:
        yield "prove-by-password"
    prove_again(page)
    heading(page, "Add a passkey")
    yield "passkey-add"
    add_passkey(page, "Work laptop")
    heading(page, "Recovery codes")
    yield "codes-shown"
    page.reload()
    yield "codes-hidden"
    page.goto("/accounts/2fa/totp/activate/")
    yield "app-set-up"
    set_up_app(page)
    heading(page, "Sign-in methods")
    yield "factors"
    _sessions_elsewhere(ada)
    for name, path in {
        "overview": "/",
        "sessions": "/sessions",
        "organisations": "/organisations",
        "passkeys": "/accounts/2fa/webauthn/",
        "app-remove": "/accounts/2fa/totp/deactivate/",
        "codes-new": "/accounts/2fa/recovery-codes/generate/",
        "password-change": "/accounts/password/change/",
        "mail": "/accounts/email/",
        "connected": "/accounts/3rdparty/",
        "sign-out": "/accounts/logout/",
        "application-sign-out": "/identity/o/logout",
        "prove-by-code": "/accounts/2fa/reauthenticate/",
        "prove-by-passkey": "/accounts/2fa/webauthn/reauthenticate/",
        "device-code": "/identity/o/device",
    }.items():
        page.goto(path)
        yield name
    page.goto("/sessions")
    page.get_by_text("End all others…").click()
    yield "sessions-question"
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Rename").first.click()
    yield "passkey-rename"
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Remove Work laptop").click()
    yield "passkey-remove"
    yield from _applications(page)
    page.context.clear_cookies()
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    sign_in(page, ada.email)
    heading(page, "Second step")
    yield "second-step"


def _applications(page: Page) -> Iterator[str]:
    from allauth.idp.oidc.models import Client

    client = Client.objects.create(id="gallery", name="Orders", type=Client.Type.PUBLIC)
    client.set_redirect_uris(["https://orders.example/back"])
    client.set_scopes(["openid", "profile", "email"])
    client.set_grant_types(["authorization_code", Client.GrantType.DEVICE_CODE])
    client.set_response_types(["code"])
    client.save()
    asked = {
        "client_id": client.id,
        "redirect_uri": "https://orders.example/back",
        "response_type": "code",
        "scope": "openid profile email",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "state": "x",
    }
    page.goto(f"/identity/o/authorize?{urlencode(asked)}")
    yield "consent"
    page.goto("/identity/o/authorize?client_id=unknown")
    yield "consent-error"
    begun = page.evaluate(
        """async (client) => {
          const body = new URLSearchParams({ client_id: client, scope: "openid" });
          const answer = await fetch("/identity/o/api/device/code", { method: "POST", body });
          return answer.json();
        }""",
        client.id,
    )
    page.goto(f"/identity/o/device?code={begun['user_code']}")
    yield "device-confirm"
    page.get_by_role("button", name="Do not allow").click()
    yield "device-denied"


def _sessions_elsewhere(person: Any) -> None:
    from ringwall.identity.models import Session

    now = timezone.now()
    for key, agent, address, hours in (
        ("a", PHONE_AGENT, "198.51.100.24", 3),
        ("b", LAPTOP_AGENT, "2001:db8:4006:812::200e", 50),
    ):
        Session.objects.create(
            user=person,
            key=key,
            created=now - timedelta(hours=hours + 20),
            last_use=now - timedelta(hours=hours),
            expires=now + timedelta(days=4),
            idle=7 * 86400,
            acr="phr" if key == "a" else "single",
            address=address,
            user_agent=agent,
        )
