"""A walk past every page that people see."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from playwright.sync_api import Page
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.house import House
from tests.identity.browser.people import PASSWORD, member, someone
from tests.identity.browser.walks import (
    add_passkey,
    heading,
    press,
    prove_again,
    set_up_app,
    sign_in,
)

from ringwall.identity import facts as facts_file
from ringwall.identity.config import SignUp
from ringwall.identity.facts import Facts

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
        "sign-on": "/sign-on",
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
        "application-error": "/identity/o/authorize?client_id=unknown",
        "application-signed-out": "/identity/o/logout",
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
        press(page.get_by_role("button", name="Make the account"))
        yield "sign-up-refused"
        page.locator("input[type=password]").first.fill(PASSWORD)
        press(page.get_by_role("button", name="Make the account"))
        heading(page, "Confirm your mail address")
        yield "mail-code"
        page.get_by_label("Code").fill("WRONG1")
        press(page.get_by_role("button", name="Confirm"))
        yield "mail-code-refused"
    finally:
        facts_file.write(state, known)


def _forgetful(page: Page) -> Iterator[str]:
    from ringwall.identity.models import OutgoingMail

    page.context.clear_cookies()
    email = someone().email
    page.goto("/accounts/password/reset/")
    page.get_by_label("Mail address").fill(email)
    press(page.get_by_role("button", name="Send the link"))
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
    page.goto("/accounts/reauthenticate/")
    heading(page, "Is it you?")
    yield "prove-by-password"
    page.goto("/accounts/2fa/webauthn/add/")
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
        "applications-none": "/applications",
        "keys-none": "/keys",
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
    press(page.get_by_role("link", name="Rename").first)
    yield "passkey-rename"
    page.goto("/accounts/2fa/")
    press(page.get_by_role("link", name="Remove Work laptop"))
    yield "passkey-remove"
    page.goto("/keys")
    page.get_by_label("What it is for").fill("Nightly export")
    press(page.get_by_role("button", name="Make the key"))
    if "/reauthenticate" not in page.url:
        heading(page, "Your new key")
        yield "key-made"
        page.goto("/keys")
        yield "keys"
    yield from _applications(page)
    page.context.clear_cookies()
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    sign_in(page, ada.email)
    heading(page, "Second step")
    yield "second-step"
    page.get_by_text("Use a recovery code").click()
    page.get_by_label("Recovery code").fill("wrong-wrong")
    press(page.get_by_role("button", name="Use it"))
    yield "second-step-refused"


def _applications(page: Page) -> Iterator[str]:
    client = _orders()
    asked = {
        "client_id": client.id,
        "redirect_uri": f"{page.evaluate('location.origin')}/sessions",
        "response_type": "code",
        "scope": "openid profile email",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        "state": "x",
    }
    client.set_redirect_uris([asked["redirect_uri"]])
    client.save()
    page.goto(f"/identity/o/authorize?{urlencode(asked)}")
    heading(page, "Allow Orders?")
    yield "consent"
    press(page.get_by_role("button", name="Allow", exact=True))
    heading(page, "Sessions")
    page.goto("/applications")
    yield "applications"
    begun = page.evaluate(
        """async (client) => {
          const body = new URLSearchParams({ client_id: client, scope: "openid profile" });
          const answer = await fetch("/identity/o/api/device/code", { method: "POST", body });
          return answer.json();
        }""",
        client.id,
    )
    page.goto(f"/identity/o/device?code={begun['user_code']}")
    heading(page, "Let Orders in?")
    yield "device-confirm"
    press(page.get_by_role("button", name="It is not mine"))
    heading(page, "The device stays out")
    yield "device-denied"
    page.goto("/identity/o/device?code=AAAAAAAA")
    yield "device-code-refused"


def _orders() -> Any:
    """An application of others that people use."""
    from allauth.idp.oidc.models import Client

    from ringwall.identity.models import ApiClient

    client = Client.objects.create(id="gallery", name="Orders", type=Client.Type.PUBLIC)
    client.set_scopes(["openid", "profile", "email"])
    client.set_grant_types(["authorization_code", Client.GrantType.DEVICE_CODE])
    client.set_response_types(["code"])
    client.save()
    ApiClient.objects.create(client=client, auth_method="none")
    return client


def founders(page: Page, house: House) -> Iterator[str]:
    """How the first administrator comes to be, by either way."""
    from ringwall.identity import first

    known = facts_file.read(house.state)
    page.goto("/first?secret=worthless")
    yield "first-link-over"
    link = first.first_link(house.state, known, datetime.now(UTC))
    assert link is not None
    page.goto(link)
    yield "first-who"
    page.get_by_label("Your name").fill("Grace")
    page.get_by_label("Mail address").fill("grace@example.com")
    press(page.get_by_role("button", name="Use a password and an app instead"))
    yield "first-password"
    page.get_by_label("Password").fill("short")
    press(page.get_by_role("button", name="Continue"))
    yield "first-password-refused"
    page.get_by_label("Password").fill(PASSWORD)
    press(page.get_by_role("button", name="Continue"))
    heading(page, "Set up an authenticator app")
    yield "first-app"
    page.goto("/first/passkey")
    heading(page, "Make a passkey")
    yield "first-passkey"
    Authenticator(page)
    press(page.get_by_role("button", name="Make a passkey"))
    heading(page, "Recovery codes")
    yield "first-codes"
    page.goto("/organisations")
    yield "organisations-of-the-first"
    yield from _managers(page)
    yield from _recovering(page, known)


def _managers(page: Page) -> Iterator[str]:
    from ringwall.identity.models import Organisation

    press(page.get_by_role("link", name="Manage").first)
    own = Organisation.objects.get(kind="provider")
    member(someone(name="Bo Lindqvist"), own.slug, own.name, roles=("operator", "auditor"))
    member(someone(name=""), own.slug, own.name)
    page.reload()
    yield "members"
    page.locator("summary", has_text="Change").nth(1).click()
    yield "member-roles"
    page.locator("summary", has_text="Remove").nth(1).click()
    yield "member-question"
    press(page.get_by_role("link", name="Invitations"))
    yield "invitations-none"
    page.get_by_label("Mail address").fill("kim@example.com")
    page.get_by_label("Roles").fill("developer")
    press(page.get_by_role("button", name="Send the invitation"))
    yield "invitations"
    press(page.get_by_role("link", name="Rules"))
    yield "rules"
    yield from _mail(page)


def _mail(page: Page) -> Iterator[str]:
    from ringwall.identity.models import OutgoingMail

    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Outbox").focus()
    page.keyboard.press("Enter")
    heading(page, "Outbox")
    tried = OutgoingMail.objects.create(
        to="lou@example.com", subject="A new device signed in to your account", body="Hello.\n"
    )
    error = "the server refuses the recipient: 550 5.1.1 No such mailbox here"
    OutgoingMail.objects.filter(pk=tried.pk).update(tries=3, error=error)
    gone = OutgoingMail.objects.create(
        to="bo@example.com", subject="Your password was changed", body="See https://id.example/x\n"
    )
    OutgoingMail.objects.filter(pk=gone.pk).update(tries=1, sent=timezone.now())
    page.reload()
    yield "outbox"
    page.get_by_role("link", name="Read You are invited to").focus()
    page.keyboard.press("Enter")
    heading(page, re.compile("You are invited to"))
    assert "/invitations/" in page.locator(".letter").inner_text()
    yield "mail-to-pass-on"
    page.goto(f"/outbox/{gone.pk}")
    assert "id.example" not in page.content()
    yield "mail-sent"


def _recovering(page: Page, known: Facts) -> Iterator[str]:
    from ringwall.identity import recovery
    from ringwall.identity.models import OutgoingMail

    page.context.clear_cookies()
    body = OutgoingMail.objects.filter(to="kim@example.com").latest("pk").body
    invited = re.search(r"https://\S+", body)
    assert invited is not None
    page.goto(invited.group())
    yield "invitation"
    link = recovery.make_link(
        "grace@example.com", reason="the phone is lost", author="root", facts=known
    )
    page.context.clear_cookies()
    page.goto(link)
    heading(page, "Get back in")
    yield "recovery"
    press(page.get_by_role("button", name="Continue"))
    heading(page, re.compile("Set up new sign.in methods"))
    yield "recovery-methods"
    press(page.get_by_role("link", name="Choose a new password"))
    yield "recovery-password"


def newcomers(page: Page) -> Iterator[str]:
    """Somebody whose organisation asks for more than they have."""
    from ringwall.identity.models import Organisation, SecondFactor

    ada = someone()
    strict = member(ada, "gallery-strict", "Granite Bank")
    Organisation.objects.filter(pk=strict.pk).update(second_factor=SecondFactor.REQUIRED)
    sign_in(page, ada.email)
    heading(page, "One more step")
    yield "enrol"
    press(page.get_by_role("link", name="Set up an authenticator app"))
    yield "enrol-app"


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
