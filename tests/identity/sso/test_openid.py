"""Single sign-on by OpenID Connect: who comes in, who does not, and what a lying provider gets."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey
from tests.identity import tenants
from tests.identity.sso.openid import OpenId, connect, serving

from ringwall.access.guarding import MACHINE
from ringwall.identity.facts import Facts

ADA = {"sub": "u-1", "email": "ada@north.example", "email_verified": True, "name": "Ada North"}


@pytest.fixture
def provider(north: Any) -> Iterator[OpenId]:
    """North's provider, which says that it is Ada."""
    with serving() as found:
        found.claims = dict(ADA)
        connect(north, found, default_roles=["buyer"])
        yield found


def connection() -> Any:
    from ringwall.identity.models import Connection

    return Connection.objects.get(slug="north-id")


def come_in(browser: Any, provider: OpenId, *, then: str = "") -> Any:
    """Go to the provider and back; the answer of our callback."""
    off = browser.post("/sign-on/north-id", {"next": then})
    assert off.status_code == 302, off.content
    back = provider.authorize(off.url)
    return browser.get(back.removeprefix("https://id.shop.localhost:8443"))


def people() -> set[str]:
    from ringwall.identity.models import User

    return set(User.objects.values_list("email", flat=True))


def the_session() -> Any:
    from ringwall.identity.models import Session

    return Session.objects.get(ended=None)


def test_somebody_new_of_the_own_domain_comes_in(browser: Any, provider: OpenId) -> None:
    page = browser.get("/sign-on/north-id?next=/sessions")
    assert provider.issuer in page.headers["Content-Security-Policy"]
    answer = come_in(browser, provider, then="/sessions")
    assert (answer.status_code, answer.url) == (302, "/sessions")
    session = the_session()
    assert session.user.email == "ada@north.example"
    assert session.user.name == "Ada North"
    assert session.connection == connection()
    assert session.amr == ["fed"]
    assert session.organisation.slug == "north"
    assert tenants.member(session.user, "north").roles == ["buyer"]


def test_the_same_person_is_found_again_by_the_providers_name_for_them(
    browser: Any, provider: OpenId
) -> None:
    come_in(browser, provider)
    provider.claims["email"] = "ada.married@north.example"
    browser.cookies.clear()
    come_in(browser, provider)
    assert people() == {"ada@north.example"}


def test_groups_are_roles_from_one_sign_on_to_the_next(browser: Any, provider: OpenId) -> None:
    from ringwall.identity.sso import connections

    connections.map_group(connection().organisation, "Finance", "approver", by=MACHINE)
    provider.claims["groups"] = ["Finance", "Others", 7, None]
    come_in(browser, provider)
    user = the_session().user
    assert tenants.member(user, "north").roles == ["approver", "buyer"]
    provider.claims["groups"] = "Others"
    browser.cookies.clear()
    come_in(browser, provider)
    assert tenants.member(user, "north").roles == ["buyer"]


@pytest.mark.parametrize(
    "email", ["bob@south.example", "bob@gmail.example", "bob@sub.north.example", "", "bob"]
)
def test_a_provider_does_not_speak_for_others(
    browser: Any, provider: OpenId, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Takeover: somebody of another domain has an account, and North's provider says it is them."""
    bob = tenants.person("bob@south.example", south=["administrator"])
    provider.claims["email"] = email
    with caplog.at_level(logging.WARNING, "ringwall.identity"):
        answer = come_in(browser, provider)
    assert answer.status_code == 403
    assert "own domains" in answer.content.decode()
    assert "none of its own" in caplog.text
    assert people() == {"bob@south.example"}
    assert not bob.sessions.exists()
    from allauth.socialaccount.models import SocialAccount

    assert not SocialAccount.objects.exists()


def test_a_link_ends_with_the_domain(browser: Any, provider: OpenId) -> None:
    from ringwall.identity.models import Domain
    from ringwall.identity.sso import domains

    come_in(browser, provider)
    domains.remove(Domain.objects.get(name="north.example"), by=MACHINE)
    browser.cookies.clear()
    assert come_in(browser, provider).status_code == 403


def test_an_address_that_the_provider_has_not_verified_counts_for_nothing(
    browser: Any, provider: OpenId
) -> None:
    provider.claims["email_verified"] = False
    assert come_in(browser, provider).status_code == 403
    assert people() == set()


def test_who_took_an_address_before_its_owner_came_is_out(browser: Any, provider: OpenId) -> None:
    mallory = tenants.person("ada@north.example", verified=False)
    mallory.set_password("a password of Mallory")
    mallory.save()
    waiting = tenants.session(mallory)
    assert come_in(browser, provider).status_code == 302
    mallory.refresh_from_db()
    waiting.refresh_from_db()
    assert not mallory.has_usable_password()
    assert waiting.ended is not None


@pytest.mark.parametrize("why", ["just_in_time", "member", "account", "connection", "suspended"])
def test_who_is_kept_out(browser: Any, provider: OpenId, north: Any, why: str) -> None:
    from ringwall.identity import organisations, sessions
    from ringwall.identity.models import Connection, Membership

    if why == "just_in_time":
        Connection.objects.update(just_in_time=False)
    else:
        ada = tenants.person("ada@north.example", north=[])
        if why == "member":
            Membership.objects.update(active=False)
        if why == "account":
            sessions.disable(ada, reason="a test")
    before = people()
    off = browser.post("/sign-on/north-id")
    if why == "connection":
        Connection.objects.update(enabled=False)
    if why == "suspended":
        organisations.suspend(north, reason="unpaid", by=MACHINE)
    back = provider.authorize(off.url)
    answer = browser.get(back.removeprefix("https://id.shop.localhost:8443"))
    assert answer.status_code in {403, 404}
    assert people() == before
    from ringwall.identity.models import Session

    assert not Session.objects.filter(ended=None).exists()


def lies(provider: OpenId, lie: str) -> None:
    now = int(time.time())
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    match lie:
        case "another issuer":
            provider.lies["iss"] = "https://evil.example"
        case "another audience":
            provider.lies["aud"] = "another"
        case "two audiences":
            provider.lies["aud"] = ["us", "another"]
        case "another party":
            provider.lies["azp"] = "another"
        case "over":
            provider.lies["exp"] = now - 120
        case "no end":
            provider.lies["exp"] = None
        case "not yet":
            provider.lies["nbf"] = now + 600
        case "no nonce":
            provider.lies["nonce"] = None
        case "another nonce":
            provider.lies["nonce"] = "that-of-another-question"
        case "another key":
            provider.signing_key = stranger
        case "an unknown key":
            provider.header["kid"] = "two"
        case "a secret as key":
            provider.header = {"alg": "HS256", "kid": "one"}
            provider.signing_key = OctKey.import_key("a shared secret that is long enough")
        case "info of another":
            provider.user_info["sub"] = "u-2"
        case "nobody":
            provider.lies["sub"] = None


@pytest.mark.parametrize(
    "lie",
    [
        "another issuer",
        "another audience",
        "two audiences",
        "another party",
        "over",
        "no end",
        "not yet",
        "no nonce",
        "another nonce",
        "another key",
        "an unknown key",
        "a secret as key",
        "info of another",
        "nobody",
    ],
)
def test_a_token_that_is_not_right_in_every_part_proves_nothing(
    browser: Any, provider: OpenId, lie: str, caplog: pytest.LogCaptureFixture
) -> None:
    lies(provider, lie)
    with caplog.at_level(logging.ERROR, "ringwall.identity"):
        answer = come_in(browser, provider)
    assert answer.status_code == 403
    assert "connection north-id" in caplog.text
    assert people() == set()


def test_a_code_is_for_the_browser_that_asked(browser: Any, provider: OpenId) -> None:
    off = browser.post("/sign-on/north-id")
    back = provider.authorize(off.url).removeprefix("https://id.shop.localhost:8443")
    browser.cookies.clear()
    assert browser.get(back).status_code == 403
    assert people() == set()


def test_a_code_is_taken_once(browser: Any, provider: OpenId) -> None:
    off = browser.post("/sign-on/north-id")
    back = provider.authorize(off.url).removeprefix("https://id.shop.localhost:8443")
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 403


def test_a_provider_that_is_away_is_told(
    browser: Any, provider: OpenId, caplog: pytest.LogCaptureFixture
) -> None:
    provider.down = True
    answer = browser.get("/sign-on/north-id")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.content.decode()
    assert "503" in caplog.text


def test_a_provider_with_another_name_is_told(
    browser: Any, provider: OpenId, caplog: pytest.LogCaptureFixture
) -> None:
    configured = provider.issuer
    provider.issuer = "https://evil.example"
    answer = browser.get("/sign-on/north-id")
    assert answer.status_code == 502
    assert "set up wrongly" in answer.content.decode()
    assert f"calls itself 'https://evil.example', not '{configured}'" in caplog.text


def test_an_inner_network_is_not_reached_for_customers(browser: Any, provider: OpenId) -> None:
    from ringwall.identity.models import Connection

    found = connection()
    found.settings["private_network"] = False
    for issuer in (provider.issuer, provider.issuer.replace("http:", "https:")):
        found.settings["issuer"] = issuer
        found.save()
        assert browser.get("/sign-on/north-id").status_code == 502
    assert Connection.objects.count() == 1


def test_the_librarys_own_pages_lead_nowhere(browser: Any, provider: OpenId) -> None:
    for page in ("oidc/north-id/login/", "oidc/north-id/login/callback/", "saml/north-id/acs/"):
        assert browser.get(f"/accounts/{page}").status_code == 404


def test_a_form_from_elsewhere_sends_nobody_off(provider: OpenId, facts: Facts) -> None:
    from django.test import Client

    careful = Client(
        enforce_csrf_checks=True, headers={"host": facts.authority, "x-forwarded-proto": "https"}
    )
    assert careful.post("/sign-on/north-id").status_code == 403


def test_no_other_site_is_gone_to_afterwards(browser: Any, provider: OpenId) -> None:
    answer = come_in(browser, provider, then="https://evil.example/")
    assert "evil" not in answer.url


def test_the_secret_is_not_to_be_seen_in_the_database(provider: OpenId) -> None:
    assert "a shared secret" not in str(connection().settings)


def test_where_sign_on_is_enforced_a_password_does_not_do(
    browser: Any, provider: OpenId, north: Any
) -> None:
    north.sso_enforced = True
    north.save()
    ada = tenants.person("ada@north.example", north=["buyer"])
    ada.set_password("gather 4 lanterns by the quay")
    ada.save()
    told = {"login": ada.email, "password": "gather 4 lanterns by the quay"}
    answer = browser.post("/accounts/login/", told)
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/sign-on/north-id")
    assert not ada.sessions.exists()
    come_in(browser, provider)
    assert the_session().connection == connection()


def test_enforced_sign_on_keeps_other_sessions_out_but_for_owners(
    browser: Any, provider: OpenId, north: Any, facts: Facts
) -> None:
    from ringwall.identity import visits
    from ringwall.identity.models import Organisation

    north.sso_enforced = True
    north.save()
    ada = tenants.person("ada@north.example", north=["buyer"])
    with pytest.raises(visits.EntryRefusedError, match="own single sign-on"):
        tenants.entered(tenants.session(ada, "north"), facts, "north.shop.localhost")
    proven = tenants.session(ada, "north", key="b", connection=connection())
    assert tenants.entered(proven, facts, "north.shop.localhost")
    Organisation.objects.filter(slug="shop").update(sso_enforced=True)
    owner = tenants.person("owner@shop.example", shop=["owner"])
    operator = tenants.person("op@shop.example", shop=["operator"])
    assert tenants.entered(tenants.session(owner, "shop"), facts, "shop.localhost")
    with pytest.raises(visits.EntryRefusedError):
        tenants.entered(tenants.session(operator, "shop"), facts, "shop.localhost")


def test_the_address_leads_to_the_sign_on_whether_or_not_there_is_an_account(
    browser: Any, provider: OpenId
) -> None:
    tenants.person("ada@north.example", north=[])
    for email in ("ada@north.example", "nobody@NORTH.example"):
        answer = browser.post("/sign-on", {"email": email})
        assert (answer.status_code, answer.url) == (302, "/sign-on/north-id")
    tenants.person("bob@south.example")
    pages = [
        browser.post("/sign-on", {"email": email}).content.decode().replace(email, "")
        for email in ("bob@south.example", "none@south.example")
    ]
    assert "There is no single sign-on for this domain" in pages[0]
    assert len(pages[0]) == len(pages[1])


@pytest.mark.parametrize(
    "where",
    [
        "https://idp.example;script-src * /authorize",
        "https://idp.example;script-src%20*/authorize",
        "https://idp.example 'unsafe-inline'/authorize",
        "https://*.example/authorize",
        "https://*/authorize",
        "https://us@evil.example/authorize",
        "https://idp.example:0/authorize",
        "https://idp.example:99999/authorize",
        "https://idp.example:/authorize",
        "https://[::1;x]/authorize",
        "https://\u0131dp.example/authorize",
        "https:///authorize",
        "http://idp.example/authorize",
        "javascript:alert(1)",
        "//idp.example/authorize",
    ],
)
def test_a_providers_words_do_not_become_policy_of_ours(
    browser: Any, provider: OpenId, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.discovery["authorization_endpoint"] = where
    for answer in (browser.get("/sign-on/north-id"), browser.post("/sign-on/north-id")):
        assert answer.status_code == 502
        assert "set up wrongly" in answer.content.decode()
        policy = answer.headers["Content-Security-Policy"]
        assert not any(one in policy for one in ("example", "*.example", "javascript"))
    assert "the provider's authorization_endpoint" in caplog.text


def test_an_origin_is_written_as_policies_have_it() -> None:
    from ringwall.identity.sso.origins import origin_of

    assert origin_of("https://IDP.example:8443/a?b", "it") == "https://idp.example:8443"
    assert origin_of("https://[2001:db8::1]/a", "it") == "https://[2001:db8::1]"
    assert origin_of("http://127.0.0.1:9/a", "it", private=True) == "http://127.0.0.1:9"
    with pytest.raises(ValueError, match="https"):
        origin_of("http://127.0.0.1:9/a", "it")
