"""Factors: each code once, nothing readable in the tables, never the last one removed."""

import json
import threading
import time
from typing import Any

import pytest
from tests.identity.authenticator import code_of
from tests.identity.signing_in import (
    GOOD,
    another,
    app_of,
    by_passkey,
    html,
    member,
    options_of,
    passkey_of,
    person,
    session_of,
    show_code,
    sign_in,
    words,
)

pytestmark = pytest.mark.usefixtures("_django")

RECOVERY = "/accounts/2fa/recovery-codes/"


def codes_of(user: Any) -> list[str]:
    """Make recovery codes for somebody and look at them."""
    from ringwall.identity import factors

    wrapped = factors.add_recovery_codes(user).wrap()
    wrapped.mark_as_viewed()
    found: list[str] = wrapped.get_unused_codes()
    return found


def test_a_code_of_the_app_signs_in_once(browser: Any) -> None:
    secret = app_of(person())
    assert sign_in(browser)["Location"] == "/accounts/2fa/authenticate/"
    assert session_of(browser) is None
    page, shown = "/accounts/2fa/authenticate/", {"code": code_of(secret)}
    assert browser.post(page, shown).status_code == 302
    assert session_of(browser).acr == "mfa"
    eve = another(browser)
    sign_in(eve)
    assert eve.post(page, shown).status_code == 200
    assert session_of(eve) is None


def test_no_code_works_that_is_as_old_as_a_used_one(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    secret = app_of(person())
    app = Authenticator.objects.get(type="totp").wrap()
    assert app.validate_code(code_of(secret))
    # The step before is still within the tolerance.
    assert not app.validate_code(code_of(secret, steps=-1))
    assert app.validate_code(code_of(secret, steps=1))
    assert not app.validate_code(code_of(secret))


@pytest.mark.parametrize("steps", [-3, -2, 2, 3, 100])
def test_codes_of_other_times_do_not_work(steps: int) -> None:
    from ringwall.identity.factors import counter_of

    secret, now = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", 1_800_000_015.0
    assert counter_of(secret, code_of(secret, now=now), now=now) == int(now // 30)
    assert counter_of(secret, code_of(secret, steps=steps, now=now), now=now) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0x12ab", "-12345"])
def test_what_is_no_code_is_none(code: str) -> None:
    from ringwall.identity.factors import counter_of

    assert counter_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code) is None


def test_a_code_shown_many_times_at_once_works_once(browser: Any) -> None:
    from allauth.mfa.models import Authenticator
    from django.db import connections

    secret = app_of(person())
    code, worked, barrier = code_of(secret), [], threading.Barrier(6)

    def show() -> None:
        app = Authenticator.objects.get(type="totp").wrap()
        barrier.wait()
        worked.append(app.validate_code(code))
        connections.close_all()

    threads = [threading.Thread(target=show) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(worked) == [False] * 5 + [True]


def test_there_are_ten_recovery_codes_of_which_only_hashes_stay(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    codes = codes_of(person())
    assert len(set(codes)) == 10
    kept = json.dumps(Authenticator.objects.get(type="recovery_codes").data)
    for code in codes:
        assert code not in kept
        assert code.replace("-", "") not in kept
    assert set(Authenticator.objects.get(type="recovery_codes").data) == {"salt", "hashes"}


def test_before_they_were_looked_at_they_are_encrypted(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    from ringwall.identity import factors

    wrapped = factors.add_recovery_codes(person()).wrap()
    kept = json.dumps(Authenticator.objects.get(type="recovery_codes").data)
    codes = wrapped._waiting()
    assert codes is not None
    assert all(code not in kept for code in codes)


def test_nobody_sees_them_who_waited_too_long(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.mfa.models import Authenticator

    from ringwall.identity import factors

    factors.add_recovery_codes(person())
    wrapped = Authenticator.objects.get(type="recovery_codes").wrap()
    assert not wrapped.did_view
    later = time.time() + 16 * 60
    monkeypatch.setattr("ringwall.identity.factors.time.time", lambda: later)
    assert wrapped.did_view


def test_a_recovery_code_works_once_and_the_person_is_told(browser: Any) -> None:
    from ringwall.identity.models import OutgoingMail

    ada = person()
    app_of(ada)
    codes = codes_of(ada)
    sign_in(browser)
    spoken = codes[3].upper().replace("-", " ")
    assert browser.post("/accounts/2fa/authenticate/", {"code": spoken}).status_code == 302
    assert session_of(browser).acr == "mfa"
    mail = OutgoingMail.objects.get(subject__startswith="A recovery code of your account was used")
    assert "Codes left: 9" in mail.body
    assert "Codes left" in mail.html
    eve = another(browser)
    sign_in(eve)
    assert eve.post("/accounts/2fa/authenticate/", {"code": codes[3]}).status_code == 200
    assert session_of(eve) is None


def test_a_recovery_code_shown_many_times_at_once_works_once(browser: Any) -> None:
    from allauth.mfa.models import Authenticator
    from django.db import connections

    (code, *_), worked = codes_of(person()), []
    barrier = threading.Barrier(4)

    def show() -> None:
        wrapped = Authenticator.objects.get(type="recovery_codes").wrap()
        barrier.wait()
        worked.append(wrapped.validate_code(code))
        connections.close_all()

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(worked) == [False] * 3 + [True]


def test_recovery_codes_are_shown_once(browser: Any) -> None:
    secret = app_of(person())
    sign_in(browser)
    show_code(browser, secret)
    html(browser)
    assert browser.post("/accounts/2fa/recovery-codes/generate/")["Location"] == RECOVERY
    page = words(browser.get(RECOVERY))
    assert page.count("<li><code>") == 10
    assert "·····" not in page
    assert "<li><code>" not in words(browser.get(RECOVERY))


def test_a_person_sets_up_an_app_and_is_stronger_with_a_new_key(browser: Any) -> None:
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.models import Session as Kept

    person()
    html(browser)
    sign_in(browser)
    before = session_of(browser)
    page = words(browser.get("/accounts/2fa/totp/activate/"))
    secret = page.partition('<code class="code">')[2].partition("<")[0]
    assert len(secret) == 32
    assert words(browser.get("/accounts/2fa/totp/activate/")).count(secret) == 1
    assert all(secret not in json.dumps(one.get_decoded()) for one in Kept.objects.all())
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, RECOVERY)
    after = session_of(browser)
    assert (before.acr, after.acr, after.pk) == ("single", "mfa", before.pk)
    assert after.key != before.key
    assert not Kept.objects.filter(pk=before.key).exists()
    app = Authenticator.objects.get(type="totp")
    assert secret not in json.dumps(app.data)
    assert not app.wrap().validate_code(code_of(secret))


def test_a_passkey_signs_in_alone(browser: Any) -> None:
    key = passkey_of(person(password=None))
    answer = by_passkey(browser, key)
    assert answer.status_code == 302
    found = session_of(browser)
    assert (found.acr, found.user.email) == ("phr", "ada@example.com")


def test_factors_are_named_several_and_removed(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    from ringwall.identity.models import OutgoingMail

    ada = person()
    first = passkey_of(ada)
    html(browser)
    by_passkey(browser, first)
    page = browser.get("/accounts/2fa/webauthn/add/")
    from tests.identity.authenticator import Passkey

    made = Passkey().create(options_of(page)["creation_options"])
    answer = browser.post(
        "/accounts/2fa/webauthn/add/", {"name": "Laptop", "credential": made, "passwordless": "on"}
    )
    assert answer.status_code == 302
    keys = list(Authenticator.objects.filter(type="webauthn").order_by("pk"))
    assert len(keys) == 2
    assert str(keys[1]) == "Laptop"
    browser.post(f"/accounts/2fa/webauthn/keys/{keys[1].pk}/edit/", {"name": "Old laptop"})
    assert str(Authenticator.objects.get(pk=keys[1].pk)) == "Old laptop"
    answer = browser.post(f"/accounts/2fa/webauthn/keys/{keys[0].pk}/remove/")
    assert answer.status_code == 302
    assert not Authenticator.objects.filter(pk=keys[0].pk).exists()
    subjects = set(OutgoingMail.objects.values_list("subject", flat=True))
    assert "A sign-in method was added to your account (The Shop)" in subjects
    assert "A sign-in method was removed from your account (The Shop)" in subjects


def test_nobody_changes_factors_without_a_fresh_proof(browser: Any) -> None:
    from datetime import timedelta

    from ringwall.identity.models import Session

    ada = person()
    secret = app_of(ada)
    html(browser)
    sign_in(browser)
    show_code(browser, secret)
    Session.objects.update(proven=session_of(browser).proven - timedelta(minutes=6))
    stored = browser.session
    stored["account_authentication_methods"] = [
        {**one, "at": one["at"] - 360} for one in stored["account_authentication_methods"]
    ]
    stored.save()
    for page in (
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/password/change/",
    ):
        for answer in (browser.get(page), browser.post(page, {"password1": GOOD})):
            assert answer.status_code == 302, page
            assert answer["Location"].startswith("/accounts/2fa/reauthenticate/?next=%2F"), page
    # A password is not enough for somebody who has more.
    answer = browser.post("/accounts/reauthenticate/", {"password": GOOD})
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    before = session_of(browser).key
    browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, steps=1)})
    assert browser.get("/accounts/2fa/webauthn/add/").status_code == 200
    assert session_of(browser).key != before


def test_the_last_factor_stays_where_a_rule_asks_for_it(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    ada = person()
    member(ada, "shop", kind="provider", roles=["member"])
    key, app = passkey_of(ada), app_of(ada)
    html(browser)
    by_passkey(browser, key)
    assert browser.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(type="totp").exists()
    pk = Authenticator.objects.get(type="webauthn").pk
    answer = browser.post(f"/accounts/2fa/webauthn/keys/{pk}/remove/")
    assert answer.status_code == 403
    assert "has to stay" in words(answer)
    assert Authenticator.objects.filter(type="webauthn").exists()
    assert app


def test_the_only_way_in_stays(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    key = passkey_of(person(password=None))
    html(browser)
    by_passkey(browser, key)
    pk = Authenticator.objects.get().pk
    assert browser.post(f"/accounts/2fa/webauthn/keys/{pk}/remove/").status_code == 403


def test_two_removals_at_once_leave_one(browser: Any) -> None:
    from allauth.mfa.models import Authenticator
    from django.db import connections

    ada = person()
    member(ada, "north", second_factor="required")
    keys = [passkey_of(ada), passkey_of(ada)]
    browsers = [html(browser), html(another(browser))]
    for one, key in zip(browsers, keys, strict=True):
        by_passkey(one, key)
    ids = list(Authenticator.objects.filter(type="webauthn").values_list("pk", flat=True))
    barrier, statuses = threading.Barrier(2), []

    def remove(one: Any, pk: int) -> None:
        barrier.wait()
        answer = one.post(f"/accounts/2fa/webauthn/keys/{pk}/remove/")
        statuses.append(answer.status_code)
        connections.close_all()

    threads = [
        threading.Thread(target=remove, args=pair) for pair in zip(browsers, ids, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 403]
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_nobody_touches_the_factors_of_others(browser: Any) -> None:
    from allauth.mfa.models import Authenticator

    passkey_of(person("bob@example.com"))
    theirs = Authenticator.objects.get()
    html(browser)
    by_passkey(browser, passkey_of(person()))
    for action in ("remove", "edit"):
        page = f"/accounts/2fa/webauthn/keys/{theirs.pk}/{action}/"
        assert browser.get(page).status_code == 404
        assert browser.post(page, {"name": "mine"}).status_code == 404
    assert str(Authenticator.objects.get(pk=theirs.pk)) == "Key"
