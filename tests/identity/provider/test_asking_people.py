"""Consent, strength, age and organisation: what a person is asked, and what a client is told."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.identity.provider.conftest import Register
from tests.identity.provider.party import (
    Party,
    after,
    consent,
    decoded,
    new_browser,
    prove,
    returned,
    sign_in,
)

from ringwall.identity.facts import Facts


@pytest.fixture
def party(register: Register, facts: Facts) -> Party:
    return Party(*register(facts, name="Ledger <b>"))


@pytest.fixture
def browser(ada: Any, facts: Facts) -> Any:
    return sign_in(ada)


def test_somebody_elses_application_asks_and_is_remembered(party: Party, browser: Any) -> None:
    page = party.ask(browser)
    assert page.status_code == 200
    assert "Ledger &lt;b&gt;" in page.content.decode()
    assert "https://app.example" in page.headers["content-security-policy"]
    assert party.ask(browser, prompt="none").headers["location"].count("consent_required") == 1
    assert returned(consent(browser, page, "deny"))["error"] == "access_denied"
    page = party.ask(browser)
    assert "code" in returned(consent(browser, page))
    assert "code" in returned(party.ask(browser))
    assert "code" in returned(party.ask(browser, prompt="none"))
    # More than was allowed before is asked for again, and so is what wants to be.
    assert party.ask(browser, scope="openid orders:read").status_code == 200
    assert party.ask(browser, prompt="consent").status_code == 200


def test_a_yes_is_for_one_session_and_comes_from_our_own_page(
    party: Party, browser: Any, ada: Any
) -> None:
    page = party.ask(browser)
    other = sign_in(ada)
    assert consent(other, page).status_code == 400
    assert browser.post("/identity/o/consent", {"action": "allow"}).status_code == 400
    assert (
        browser.post("/identity/o/consent", {"request": "forged", "action": "allow"}).status_code
        == 400
    )
    strict = sign_in(ada, browser=_strict())
    asked = party.ask(strict)
    assert consent(strict, asked).status_code == 403


def _strict() -> Any:
    browser = new_browser(origin="https://evil.example")
    browser.handler.enforce_csrf_checks = True
    return browser


def test_strength_that_is_asked_for_is_shown_first(
    ada: Any, register: Register, facts: Facts
) -> None:
    own = Party(*register(facts, name="Ours", first_party=True))
    browser = sign_in(ada, ago=60)
    path, back = after(own.ask(browser, acr_values="mfa"))
    assert path.startswith("/accounts/")
    assert back.startswith("/identity/o/authorize") or path.endswith("/2fa/")
    prove(browser, "totp")
    code = own.authorize(browser, acr_values="mfa")["code"]
    said = decoded(own.exchange(code).json()["id_token"])
    assert (said["acr"], said["amr"]) == ("mfa", ["mfa", "otp", "pwd"])
    refused = own.authorize(browser, acr_values="phr", prompt="none")
    assert refused["error"] == "unmet_authentication_requirements"


def test_a_sign_in_that_is_too_old_is_renewed(ada: Any, register: Register, facts: Facts) -> None:
    own = Party(*register(facts, name="Ours", first_party=True))
    browser = sign_in(ada, ago=3600)
    assert "code" in own.authorize(browser, max_age="7200")
    assert own.authorize(browser, max_age="60", prompt="none")["error"] == "login_required"
    path, back = after(own.ask(browser, max_age="60"))
    assert path == "/accounts/reauthenticate/"
    # Coming back without having done it is no way past.
    assert after(browser.get(back))[0] == "/accounts/reauthenticate/"
    prove(browser, "password")
    given = own.exchange(returned(browser.get(back))["code"]).json()
    assert timezone.now().timestamp() - decoded(given["id_token"])["auth_time"] < 60


def test_a_marker_of_ones_own_making_is_none(ada: Any, register: Register, facts: Facts) -> None:
    own = Party(*register(facts, name="Ours", first_party=True))
    browser = sign_in(ada, ago=3600)
    answer = browser.get(own.url(prompt="login", rw_since="1:forged"))
    assert answer.headers["location"].startswith("/identity/o/authorize")
    assert after(browser.get(answer.headers["location"]))[0] == "/accounts/reauthenticate/"


def test_a_hint_is_of_the_person_who_is_there(
    browser: Any, register: Register, facts: Facts
) -> None:
    from tests.identity.provider.stage import make_person

    own = Party(*register(facts, name="Ours", first_party=True))
    hint = own.tokens(browser)["id_token"]
    assert "code" in own.authorize(browser, id_token_hint=hint, prompt="none")
    other = sign_in(make_person("grace@example.com"))
    assert own.authorize(other, id_token_hint=hint)["error"] == "login_required"
    assert own.authorize(other, id_token_hint="forged")["error"] == "login_required"


def test_an_organisations_client_is_for_its_members(
    browser: Any, ada: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.models import Membership, Organisation

    south = Organisation.objects.create(slug="south", name="South")
    theirs = Party(*register(facts, name="South's", organisation=south, first_party=True))
    assert theirs.authorize(browser)["error"] == "access_denied"
    member = Membership.objects.create(organisation=south, user=ada, roles=["seller"])
    said = decoded(theirs.tokens(browser)["access_token"])
    assert (said["tenant"], said["roles"]) == ("south", ["seller"])
    row = Organisation.objects.filter(pk=south.pk)
    row.update(suspended=timezone.now())
    assert "code" not in theirs.ask(browser).headers.get("location", "")
    row.update(suspended=None, second_factor="required")
    asked = theirs.authorize(browser, prompt="none")
    assert asked["error"] == "interaction_required"
    assert after(theirs.ask(browser))[0].startswith(("/accounts/", "/enrol"))
    member.delete()
    assert theirs.authorize(browser)["error"] == "access_denied"


def test_an_organisations_rules_hold_at_a_refresh(
    browser: Any, register: Register, facts: Facts
) -> None:
    from ringwall.identity.models import Organisation

    own = Party(*register(facts, name="Ours", first_party=True))
    given = own.tokens(browser)
    Organisation.objects.update(second_factor="required")
    assert own.refresh(given["refresh_token"]).json()["error"] == "invalid_grant"
    Organisation.objects.update(second_factor="optional")
    assert own.refresh(given["refresh_token"]).status_code == 200


def test_an_expired_session_asks_to_sign_in(party: Party, browser: Any) -> None:
    from ringwall.identity.models import Session

    Session.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert party.authorize(browser, prompt="none")["error"] == "login_required"


def test_a_marker_is_of_one_browser_one_request_and_one_session(
    ada: Any, register: Register, facts: Facts
) -> None:
    """Somebody with a stolen session and an old marker does not pass ``prompt=login``."""
    own = Party(*register(facts, name="Ours", first_party=True))

    def marked(browser: Any, **changes: str) -> str:
        found: str = browser.get(own.url(**changes)).headers["location"]
        assert "rw_since=" in found
        return found

    def name_of(url: str) -> str:
        return url.rpartition("rw_since=")[2]

    stranger, other, victim = new_browser(), sign_in(ada, ago=3600), sign_in(ada, ago=3600)
    before = marked(stranger, prompt="login")
    anothers = marked(other, prompt="login")
    for_another_request = marked(victim, prompt="login", scope="openid")
    prove(victim, "password")  # for something else, a moment later
    time.sleep(1.1)  # times are kept in seconds
    for name in map(name_of, (before, anothers, for_another_request)):
        answer = victim.get(own.url(prompt="login", rw_since=name))
        assert answer.headers["location"].startswith("/identity/o/authorize"), name
        assert after(victim.get(answer.headers["location"]))[0] == "/accounts/reauthenticate/"
    # Carried over into the browser by whoever can, it is still another session's.
    session = victim.session
    session["authorizing"] = other.session["authorizing"]
    session.save()
    answer = victim.get(anothers)
    assert answer.headers["location"].startswith("/identity/o/authorize")
    assert name_of(answer.headers["location"]) != name_of(anothers)


def test_a_marker_is_good_for_one_code(ada: Any, register: Register, facts: Facts) -> None:
    own = Party(*register(facts, name="Ours", first_party=True))
    browser = sign_in(ada, ago=3600)
    url = browser.get(own.url(prompt="login")).headers["location"]
    prove(browser, "password")
    assert "code" in returned(browser.get(url))
    time.sleep(1.1)  # times are kept in seconds
    again = browser.get(url).headers["location"]
    assert after(browser.get(again))[0] == "/accounts/reauthenticate/"


def test_a_yes_after_a_new_proof_is_good_for_one_code(party: Party, ada: Any) -> None:
    browser = sign_in(ada, ago=3600)
    url = browser.get(party.url(prompt="login")).headers["location"]
    prove(browser, "password")
    page = browser.get(url)
    assert "code" in returned(consent(browser, page))
    time.sleep(1.1)  # times are kept in seconds
    for _ in range(2):
        again = consent(browser, page)
        assert again.headers["location"].startswith("/identity/o/authorize?")
        marked = browser.get(again.headers["location"]).headers["location"]
        assert after(browser.get(marked))[0] == "/accounts/reauthenticate/"


def test_a_yes_that_came_too_late_for_max_age_is_none(party: Party, ada: Any) -> None:
    browser = sign_in(ada)
    page = party.ask(browser, max_age="600")
    assert page.status_code == 200
    kept = browser.session
    for one in kept["account_authentication_methods"]:
        one["at"] -= 700
    kept.save()
    from ringwall.identity.models import Session

    for one in Session.objects.filter(ended=None):
        one.proven -= timedelta(seconds=700)
        one.save(update_fields=["proven"])
    late = consent(browser, page)
    assert late.headers["location"].startswith("/identity/o/authorize?")


def test_strangers_whose_requests_are_noted_are_slowed_down(
    ada: Any, register: Register, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.sessions.models import Session as BrowserSession

    from ringwall.identity import slowing
    from ringwall.identity.throttling import Rule

    monkeypatch.setattr(slowing, "MARKING", Rule("marking", 3, 60))
    own = Party(*register(facts, name="Ours", first_party=True))
    asked = [new_browser().get(own.url(max_age="1")).status_code for _ in range(5)]
    assert asked == [303, 303, 303, 429, 429] or asked == [302, 302, 302, 429, 429]
    assert BrowserSession.objects.count() == 3
    # Whoever is signed in is none of them, and who asks for nothing of time costs nothing.
    assert new_browser().get(own.url()).status_code in {302, 303}
    assert sign_in(ada, ago=3600).get(own.url(max_age="1")).status_code in {302, 303}


def test_a_marker_of_nobodys_serves_whoever_signs_in_afterwards(
    ada: Any, register: Register, facts: Facts
) -> None:
    own = Party(*register(facts, name="Ours", first_party=True))
    browser = new_browser()
    url = browser.get(own.url(prompt="login")).headers["location"]
    assert after(browser.get(url))[1] == url
    sign_in(ada, browser=browser)
    assert "code" in returned(browser.get(url))


def test_strangers_cost_nothing_unless_it_matters_when_they_were_asked(
    ada: Any, register: Register, facts: Facts
) -> None:
    from django.contrib.sessions.models import Session as BrowserSession

    own = Party(*register(facts, name="Ours", first_party=True))
    browser = new_browser()
    path, back = after(own.ask(browser))
    assert path == "/accounts/login/"
    assert not BrowserSession.objects.exists()
    sign_in(ada, browser=browser)
    # After a form of ours the browser is led on by a page of ours.
    answer = browser.get(back)
    assert answer.status_code == 200
    assert "code" in returned(answer)
    assert after(own.ask(new_browser(), max_age="60"))[0] == "/accounts/login/"
