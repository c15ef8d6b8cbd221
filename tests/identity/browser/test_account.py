"""People look after their account: sessions, factors, organisations."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from tests.identity.browser.authenticators import Authenticator
from tests.identity.browser.conftest import Opening
from tests.identity.browser.people import member, someone
from tests.identity.browser.walks import add_passkey, heading, press, prove_again, sign_in

pytestmark = pytest.mark.e2e

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_a_session_elsewhere_is_seen_and_ended(opening: Opening) -> None:
    ada = someone()
    here, elsewhere = opening(), opening(user_agent=FIREFOX)
    for page in (here, elsewhere):
        sign_in(page, ada.email)
        heading(page, "Hello, Ada")
    here.goto("/sessions")
    rows = here.locator(".row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("This device")
    other = rows.filter(has_text="Firefox on Linux")
    expect(other).to_contain_text("From 192.0.2.7")
    other.get_by_role("button", name="End").click()
    expect(rows).to_have_count(1)
    elsewhere.goto("/sessions")
    heading(elsewhere, "Sign in")


def test_a_session_that_is_over_by_the_clock_is_not_shown(page: Page) -> None:
    from django.utils import timezone

    from ringwall.identity.models import Session

    ada = someone()
    ended = timezone.now() - timedelta(minutes=1)
    Session.objects.create(user=ada, key="old", expires=ended, idle=60, acr="single")
    sign_in(page, ada.email)
    page.goto("/sessions")
    expect(page.locator(".row")).to_have_count(1)


def test_all_others_are_ended_after_a_question(opening: Opening) -> None:
    ada = someone()
    pages = [opening(), opening(), opening()]
    for page in pages:
        sign_in(page, ada.email)
        heading(page, "Hello, Ada")
    here = pages[0]
    here.goto("/sessions")
    here.get_by_text("End all others…").click()
    here.get_by_role("button", name="End all others").click()
    expect(here.get_by_role("status")).to_have_text("2 devices are signed out.")
    for page in pages[1:]:
        page.goto("/")
        heading(page, "Sign in")


def test_nobody_ends_the_session_of_another(opening: Opening) -> None:
    from ringwall.identity.models import Session

    ada, eve = someone(), someone(name="Eve")
    victim, attacker = opening(), opening()
    sign_in(victim, ada.email)
    heading(victim, "Hello, Ada")
    sign_in(attacker, eve.email)
    heading(attacker, "Hello, Eve")
    sid = Session.objects.get(user=ada).pk
    attacker.goto("/sessions")
    form = attacker.locator("main form").first
    form.evaluate("(form, sid) => { form.action = `/sessions/${sid}/end` }", sid)
    form.get_by_role("button").click()
    heading(attacker, "That session is over")
    victim.goto("/")
    heading(victim, "Hello, Ada")


def test_a_passkey_is_renamed_and_removed(page: Page) -> None:
    ada = someone()
    Authenticator(page)
    sign_in(page, ada.email)
    add_passkey(page, "An old laptop")
    page.goto("/accounts/2fa/")
    press(page.get_by_role("link", name="Rename An old laptop"))
    prove_again(page)
    page.get_by_label("Name").fill("A good laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove A good laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_role("status")).to_have_text("The passkey is removed.")


def test_a_member_of_two_organisations_switches(page: Page) -> None:
    from ringwall.identity.models import Session

    ada = someone()
    member(ada, "north", "North Harbour")
    south = member(ada, "south", "South Pier", roles=("buyer",))
    sign_in(page, ada.email)
    page.goto("/organisations")
    page.get_by_role("button", name="Switch to South Pier").click()
    expect(page.get_by_role("status")).to_have_text("You act for South Pier now.")
    assert Session.objects.get(user=ada).organisation_id == south.pk


def test_nobody_switches_to_an_organisation_of_others(page: Page) -> None:
    from ringwall.identity.models import Session

    ada, eve = someone(), someone(name="Eve")
    member(ada, "east", "East Quay")
    member(eve, "west", "West Quay")
    member(eve, "mid", "Middle Quay")
    sign_in(page, eve.email)
    page.goto("/organisations")
    field = page.locator("input[name=organisation]").first
    field.evaluate("(field) => { field.value = 'east' }")
    page.get_by_role("button", name="Switch").first.click()
    heading(page, "You are not a member there")
    assert not Session.objects.filter(user=eve, organisation__slug="east").exists()
