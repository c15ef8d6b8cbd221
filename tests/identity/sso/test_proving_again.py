"""What lets others in is changed only by who has shown a factor lately, also after a sign-on."""

import base64
import re
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.identity import tenants
from tests.identity.provider.conftest import Register, register
from tests.identity.provider.party import Party, after, prove, returned
from tests.identity.signing_in import app_of
from tests.identity.sso import assertions
from tests.identity.sso.assertions import Signer, Words, answer
from tests.identity.sso.openid import OpenId, connect, serving

from ringwall.identity.facts import Facts

__all__ = ["register"]

PAGE = "/organisations/north/provisioning"
US = "https://id.shop.localhost:8443"


@pytest.fixture
def ada(north: Any) -> Any:
    return tenants.person("ada@north.example", north=["administrator"])


@pytest.fixture
def provider(north: Any, ada: Any) -> Iterator[OpenId]:
    with serving() as found:
        found.claims = {"sub": "u-1", "email": "ada@north.example", "email_verified": True}
        connect(north, found)
        yield found


def back_from(browser: Any, provider: OpenId, off: Any) -> Any:
    return browser.get(provider.authorize(off.url).removeprefix(US))


def led_to_the_provider(browser: Any) -> dict[str, str]:
    """Where the page leads that is to be seen; the fields of the form there."""
    led = browser.get(PAGE)
    assert led.status_code == 302
    assert urlsplit(led.url).path.startswith("/sign-on/north-")
    assert parse_qs(urlsplit(led.url).query) == {"again": ["1"], "next": [PAGE]}
    form = browser.get(led.url).content.decode()
    found = dict(re.findall(r'type="hidden" name="(next|again)" value="([^"]*)"', form))
    assert found == {"next": PAGE, "again": "1"}
    return found


def test_a_sign_on_is_asked_for_once_more_and_anew(browser: Any, provider: OpenId) -> None:
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    form = led_to_the_provider(browser)
    # A provider that lets through whom it knows has asked nothing: no way in.
    back_from(browser, provider, browser.post("/sign-on/north-id", {"next": PAGE}))
    led_to_the_provider(browser)
    off = browser.post("/sign-on/north-id", form)
    asked = parse_qs(urlsplit(off.url).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    answer = back_from(browser, provider, off)
    assert (answer.status_code, answer.url) == (302, PAGE)
    assert browser.get(PAGE).status_code == 200
    # And for a quarter of an hour.
    kept = browser.session
    kept["forced_sign_on"] -= 1000
    kept.save()
    led_to_the_provider(browser)


@pytest.mark.parametrize("said", [None, "3600", 0, 10**11])
def test_a_provider_that_did_not_ask_anew_proves_nothing(
    browser: Any, provider: OpenId, said: Any
) -> None:
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    form = led_to_the_provider(browser)
    provider.lies["auth_time"] = said
    refused = back_from(browser, provider, browser.post("/sign-on/north-id", form))
    assert refused.status_code == 403
    assert_leads_to_a_factor(refused)
    led_to_the_provider(browser)


def assert_leads_to_a_factor(answer: Any) -> None:
    """It is no dead end: what serves instead is one link away."""
    page = answer.content.decode()
    assert "a passkey or an app of your own" in page
    assert 'href="/accounts/2fa/"' in page


def test_a_proof_counts_from_when_it_was_asked_for(browser: Any, provider: OpenId) -> None:
    """Whoever stays at the provider's door for minutes comes back with what is minutes old."""
    from ringwall.identity.models import Session

    back_from(browser, provider, browser.post("/sign-on/north-id"))
    off = browser.post("/sign-on/north-id", led_to_the_provider(browser))
    now = int(time.time())
    kept = browser.session
    for state in kept["socialaccount_states"].values():
        state[0]["forced_since"] = now - 500
    kept.save()
    provider.lies["auth_time"] = now - 400
    assert back_from(browser, provider, off).status_code == 302
    assert browser.session["forced_sign_on"] == now - 400
    assert int(Session.objects.get(ended=None).proven.timestamp()) == now - 400


@pytest.mark.usefixtures("_django")
@pytest.mark.parametrize(
    ("said", "at"), [(None, 1000), (990, 1000), (1200, 1200), (10**9 + 30, 10**9)]
)
def test_a_new_proof_is_between_the_question_and_now(said: int | None, at: int) -> None:
    from ringwall.identity.sso import forcing

    now = datetime.fromtimestamp(10**9, UTC)
    asked = forcing.kept(datetime.fromtimestamp(1000, UTC))
    assert forcing.anew_at(asked, said, now) == at
    assert forcing.anew_at({}, said, now) is None


def test_a_client_that_wants_a_new_sign_in_gets_one_of_whom_a_provider_proves(
    browser: Any, provider: OpenId, register: Register, facts: Facts
) -> None:
    """Signing on once more makes a new session: the question is still the same afterwards."""
    from ringwall.identity.models import Session

    party = Party(*register(facts, first_party=True))
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    browser.defaults["HTTP_ACCEPT"] = "text/html"
    first = Session.objects.get(ended=None)
    time.sleep(1.1)  # times are kept in seconds
    led = party.ask(browser, prompt="login")
    path, back = after(led)
    assert path == "/sign-on/north-id"
    form = {"next": back, "again": "1"}
    came = back_from(browser, provider, browser.post("/sign-on/north-id", form))
    assert came.url == back
    assert "code" in returned(browser.get(back))
    assert Session.objects.get(ended=None).pk != first.pk
    # Once: for the next code they are asked again.
    assert browser.get(back).headers["location"].startswith("/identity/o/authorize")


def test_who_has_a_factor_of_their_own_shows_that(browser: Any, provider: OpenId, ada: Any) -> None:
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    app_of(ada)
    led = browser.get(PAGE)
    assert led.url.startswith("/accounts/2fa/reauthenticate/")
    prove(browser, "totp")
    assert browser.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("proven", "is_let_in"), [(timedelta(), True), (timedelta(hours=-1), False)]
)
def test_a_saml_provider_is_told_to_ask_anew(
    browser: Any, north: Any, ada: Any, proven: timedelta, is_let_in: bool
) -> None:
    signer = Signer()
    assertions.connect(north, signer)

    def come_back(form: dict[str, str], **words: Any) -> Any:
        off = browser.post("/sign-on/north-saml", form)
        text = parse_qs(urlsplit(off.url).query)["SAMLRequest"][0]
        asked = zlib.decompress(base64.b64decode(text), -15).decode()
        assert ('ForceAuthn="true"' in asked) is bool(form)
        request = re.search(r'\bID="([^"]+)"', asked)
        assert request is not None
        said = answer(Words(request[1], assertion_id=f"_{len(words)}", **words), signer)
        return browser.get(browser.post("/sign-on/north-saml/acs", {"SAMLResponse": said}).url)

    assert come_back({}).status_code == 302
    last = come_back(led_to_the_provider(browser), proven=proven)
    assert last.status_code == (302 if is_let_in else 403)
    if is_let_in:
        assert browser.get(PAGE).status_code == 200
    else:
        assert_leads_to_a_factor(last)
        led_to_the_provider(browser)


@pytest.mark.parametrize(
    ("said", "age"),
    [
        (-3600, 3600),
        (0, 0),
        (None, None),
        ("now", None),
        (True, None),
        (10**6, None),
        (-1e12, None),
    ],
)
def test_a_sign_on_is_as_fresh_as_the_provider_says(
    browser: Any, provider: OpenId, ada: Any, said: Any, age: int | None
) -> None:
    from ringwall.identity.models import Session
    from ringwall.identity.pages.step_up import is_enough

    now = int(time.time())
    provider.lies["auth_time"] = now + said if type(said) in {int, float} else said
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    found = Session.objects.get(ended=None)
    proven = int(found.proven.timestamp())
    assert proven == 0 if age is None else abs(proven - (now - age)) <= 10
    assert is_enough(found, factor="", within="600") is (age == 0)
    # And it stays so: to come once more without being asked makes nothing fresh.
    browser.get("/sessions")
    found.refresh_from_db()
    assert int(found.proven.timestamp()) == proven


def test_a_page_that_wants_a_fresh_proof_sends_to_the_provider_to_be_asked(
    browser: Any, provider: OpenId
) -> None:
    provider.lies["auth_time"] = None
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    browser.defaults["HTTP_ACCEPT"] = "text/html"
    wanted = "https://shop.localhost:8443/orders"
    led = browser.get("/enter", {"state": "s" * 22, "within": "300", "to": wanted})
    assert led.status_code == 302
    assert urlsplit(led.url).path == "/sign-on/north-id"
    assert parse_qs(urlsplit(led.url).query)["again"] == ["1"]


@pytest.mark.parametrize("said", [None, -3600])
def test_who_came_by_a_provider_may_add_a_first_factor_when_just_proven(
    browser: Any, provider: OpenId, ada: Any, said: int | None
) -> None:
    from ringwall.identity.models import Session

    provider.lies["auth_time"] = None if said is None else int(time.time()) + said
    back_from(browser, provider, browser.post("/sign-on/north-id"))
    browser.defaults["HTTP_ACCEPT"] = "text/html"
    page = "/accounts/2fa/totp/activate/"
    if said is None:
        # Nobody will ever know when they were proven: having just come in is all there can be.
        assert browser.get(page).status_code == 200
        Session.objects.update(created=Session.objects.get(ended=None).created - timedelta(hours=1))
        old = browser.get(page)
        assert old.status_code == 403
        assert "sign out and in again" in old.content.decode()
        return
    led = browser.get(page)
    assert urlsplit(led.url).path == "/sign-on/north-id"
    provider.lies.clear()
    form = {"next": page, "again": "1"}
    assert back_from(browser, provider, browser.post("/sign-on/north-id", form)).url == page
    assert browser.get(page).status_code == 200
