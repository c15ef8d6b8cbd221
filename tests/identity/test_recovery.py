"""Break-glass: a link with a reason, once, for 15 minutes, in silence never."""

import logging
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from tests.identity.authenticator import Passkey, code_of
from tests.identity.commanding import told
from tests.identity.signing_in import (
    GOOD,
    another,
    app_of,
    html,
    member,
    options_of,
    passkey_of,
    person,
    session_of,
    sign_in,
    words,
)

from ringwall.identity.facts import Facts


def make(facts: Facts, email: str = "ada@example.com", reason: str = "lost her phone") -> str:
    from ringwall.identity import recovery

    made = recovery.make_link(email, reason=reason, author="root", facts=facts)
    assert made.startswith("https://id.shop.localhost:8443/recover?secret=")
    return made.removeprefix("https://id.shop.localhost:8443")


def follow(browser: Any, link: str) -> Any:
    answer = browser.get(link)
    assert (answer.status_code, answer["Location"]) == (302, "/recover")
    assert "signs you in once" in words(browser.get("/recover"))
    return browser.post("/recover")


@pytest.fixture
def ada(browser: Any) -> Any:
    made = person(name="Ada")
    member(made, "shop", kind="provider", roles=["operator"])
    passkey_of(made)
    return made


def test_it_opens_nothing_but_the_way_to_new_factors(
    browser: Any, ada: Any, facts: Facts, caplog: pytest.LogCaptureFixture
) -> None:
    from allauth.mfa.models import Authenticator

    with caplog.at_level(logging.WARNING, logger="ringwall.identity"):
        html(browser)
        before = browser.session.session_key
        answer = follow(browser, make(facts))
    assert answer["Location"] == "/enrol"
    session = session_of(browser)
    assert (session.user, session.acr, session.key != before) == (ada, "single", True)
    assert session.expires - session.created <= timedelta(hours=1, seconds=5)
    for page in (
        "/",
        "/sessions",
        "/accounts/email/",
        "/accounts/2fa/",
        "/accounts/2fa/recovery-codes/",
    ):
        assert browser.get(page)["Location"] == "/enrol", page
    assert "Set up new sign-in methods" in words(browser.get("/enrol"))
    made = Passkey().create(
        options_of(browser.get("/accounts/2fa/webauthn/add/"))["creation_options"]
    )
    browser.post("/accounts/2fa/webauthn/add/", {"name": "New", "credential": made})
    assert session_of(browser).acr == "phr"
    assert browser.get("/sessions").status_code == 200
    # The lost one stays until its owner removes it.
    assert Authenticator.objects.filter(user=ada, type="webauthn").count() == 2
    logged = [one.getMessage() for one in caplog.records]
    assert any("made by root: lost her phone" in one for one in logged)
    assert any("used from 127.0.0.7" in one for one in logged)


def test_the_person_and_every_owner_are_told_twice(browser: Any, ada: Any, facts: Facts) -> None:
    from ringwall.identity.models import OutgoingMail, RecoveryLink

    member(person("bob@example.com"), "shop", roles=["owner"])
    member(person("eve@example.com"), "shop", roles=["member"])
    link = make(facts)
    mails = list(OutgoingMail.objects.order_by("pk"))
    assert {one.to for one in mails} == {"ada@example.com", "bob@example.com"}
    for mail in mails:
        assert "Reason: lost her phone" in mail.body
        assert "Made by: root" in mail.body
        assert link.partition("secret=")[2] not in mail.body + mail.html
    follow(browser, link)
    later = [one for one in OutgoingMail.objects.all() if "was used" in one.subject]
    assert {one.to for one in later} == {"ada@example.com", "bob@example.com"}
    kept = RecoveryLink.objects.get()
    assert (kept.reason, kept.made_by, kept.used is not None) == ("lost her phone", "root", True)
    assert link.partition("secret=")[2] not in kept.secret_hash


def test_a_link_holds_once(browser: Any, ada: Any, facts: Facts) -> None:
    link = make(facts)
    follow(browser, link)
    eve = another(browser)
    eve.get(link)
    answer = eve.post("/recover")
    assert answer.status_code == 410
    assert "does not work" in words(answer)
    assert session_of(eve) is None


def test_looking_at_a_link_does_not_use_it(browser: Any, ada: Any, facts: Facts) -> None:
    link = make(facts)
    for _ in range(3):
        another(browser).get(link, follow=True)
    assert follow(browser, link).status_code == 302


def test_two_who_use_it_at_once_are_one(browser: Any, ada: Any, facts: Facts) -> None:
    from django.db import connections

    from ringwall.identity.models import Session

    link, browsers = make(facts), [another(browser) for _ in range(4)]
    for one in browsers:
        one.get(link)
    barrier, statuses = threading.Barrier(4), []

    def use(one: Any) -> None:
        barrier.wait()
        statuses.append(one.post("/recover").status_code)
        connections.close_all()

    threads = [threading.Thread(target=use, args=(one,)) for one in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 410, 410, 410]
    assert Session.objects.count() == 1


@pytest.mark.parametrize("minutes", [15.1, 10_000, -60])
def test_a_link_is_late_whatever_the_clock_does(
    browser: Any, ada: Any, facts: Facts, minutes: float
) -> None:
    from ringwall.identity.models import RecoveryLink

    link, shift = make(facts), timedelta(minutes=-minutes)
    for kept in RecoveryLink.objects.all():
        kept.created, kept.expires = kept.created + shift, kept.expires + shift
        kept.save()
    browser.get(link)
    assert browser.post("/recover").status_code == 410


def test_a_new_link_ends_the_one_before(browser: Any, ada: Any, facts: Facts) -> None:
    old, new = make(facts), make(facts)
    browser.get(old)
    assert browser.post("/recover").status_code == 410
    assert follow(browser, new).status_code == 302


def test_nobody_comes_in_who_was_disabled_meanwhile(browser: Any, ada: Any, facts: Facts) -> None:
    from ringwall.identity import sessions

    link = make(facts)
    sessions.disable(ada, reason="left")
    browser.get(link)
    assert browser.post("/recover").status_code == 410


@pytest.mark.parametrize("reason", ["", "  ", "\n\t", "ab", "x" * 501, "\x00\x01\x02"])
def test_a_reason_has_to_say_something(ada: Any, facts: Facts, reason: str) -> None:
    from ringwall.identity.models import RecoveryLink

    with pytest.raises(ValueError, match="reason"):
        make(facts, reason=reason)
    assert not RecoveryLink.objects.exists()


def test_a_reason_forges_no_line_of_the_log(ada: Any, facts: Facts) -> None:
    from ringwall.identity.models import RecoveryLink

    make(facts, reason="lost it\nWARNING all is well\x1b[2J")
    assert RecoveryLink.objects.get().reason == "lost it WARNING all is well [2J"


def test_nobody_is_made_a_link_who_is_not_here(ada: Any, facts: Facts) -> None:
    from ringwall.identity import sessions

    with pytest.raises(LookupError, match="nobody here"):
        make(facts, "eve@example.com")
    sessions.disable(ada, reason="left")
    with pytest.raises(LookupError, match="disabled"):
        make(facts)


def test_a_lost_app_is_replaced_and_a_new_password_chosen(browser: Any, facts: Facts) -> None:
    from allauth.mfa.models import Authenticator

    ada = person()
    member(ada, "shop", kind="provider", roles=["owner"])
    app_of(ada)
    eve = another(browser)
    sign_in(eve)
    html(browser)
    follow(browser, make(facts))
    assert "you lost" in words(browser.get("/enrol"))
    weak = browser.post("/recover/password", {"password": "password1234"})
    assert "stolen passwords" in words(weak)
    new = "seven-quiet-otters-on-ice"
    assert browser.post("/recover/password", {"password": new})["Location"] == "/enrol"
    ada.refresh_from_db()
    assert ada.check_password(new)
    assert browser.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert browser.get("/sessions")["Location"] == "/enrol"
    page = words(browser.get("/accounts/2fa/totp/activate/"))
    secret = page.partition('<code class="code">')[2].partition("<")[0]
    browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert session_of(browser).acr == "mfa"
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert browser.get("/sessions").status_code == 200
    # Now it is a session as any other: the password needs the old one again.
    assert browser.get("/recover/password")["Location"] == "/accounts/password/change/"


def test_only_recovery_sets_a_password_without_the_old_one(browser: Any) -> None:
    ada = person()
    html(browser)
    assert browser.get("/recover/password").status_code == 302
    sign_in(browser)
    answer = browser.post("/recover/password", {"password": "seven-quiet-otters-on-ice"})
    assert answer["Location"] == "/accounts/password/change/"
    ada.refresh_from_db()
    assert ada.check_password(GOOD)


def test_no_other_site_uses_a_link_for_somebody(browser: Any, ada: Any, facts: Facts) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.defaults = dict(browser.defaults)
    link = make(facts)
    strict.get(link)
    assert strict.post("/recover").status_code == 403
    assert strict.post("/recover/password", {"password": GOOD}).status_code == 403
    page = words(strict.get("/recover"))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    sent = {"csrfmiddlewaretoken": token[1]}
    answer = strict.post("/recover", sent, headers={"referer": "https://id.shop.localhost:8443/"})
    assert answer.status_code == 302


def test_the_host_makes_a_link_and_says_for_how_long(
    browser: Any, ada: Any, state: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from ringwall.identity.models import RecoveryLink
    from ringwall.runtime.installation import author

    asked = ("admin", "recover", "Ada@example.com", "--reason")
    code, found, _ = told(capsys, state, *asked, "lost her phone")
    assert (code, found["valid_seconds"]) == (0, 900)
    assert RecoveryLink.objects.get().made_by == author()
    link = found["link"].removeprefix("https://id.shop.localhost:8443")
    assert follow(browser, link).status_code == 302
    assert "nobody here" in told(capsys, state, "admin", "recover", "x@y.z", "--reason", "why")[2]
    assert "reason" in told(capsys, state, *asked, "  ")[2]
    assert told(capsys, state, "admin", "recover", "ada@example.com")[0] == 2


def test_a_link_alone_ends_no_session(browser: Any, ada: Any, facts: Facts) -> None:
    person("bob@example.com")
    sign_in(browser, "bob@example.com")
    for link in ("/recover?secret=x", make(facts), "/first?secret=x"):
        browser.get(link)
        assert session_of(browser).user.email == "bob@example.com"
    browser.post("/recover")
    assert session_of(browser).user == ada
