"""Guesses get slower, victims are not locked out, and all processes count together."""

import math
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.identity.signing_in import (
    LOGIN,
    another,
    app_of,
    by_passkey,
    html,
    passkey_of,
    person,
    session_of,
    show_code,
    sign_in,
    words,
)

pytestmark = pytest.mark.usefixtures("_django")

NOW = datetime(2026, 1, 1, tzinfo=UTC)

bursts = st.integers(1, 50)
leaks = st.floats(0.01, 10_000, allow_nan=False)
gaps = st.lists(st.floats(0, 1000, allow_nan=False), max_size=80)


def run(burst: int, every: float, pauses: list[float]) -> list[tuple[float, bool]]:
    """When tries were made, and whether each was let through."""
    from ringwall.identity.throttling import Bucket, Rule, poured, wait_for

    rule, bucket, now, told = Rule("r", burst, every), None, 1e9, []
    for pause in pauses:
        now += pause
        let = wait_for(bucket, rule, now) == 0
        if let:
            bucket = poured(bucket, rule, now)
            assert isinstance(bucket, Bucket)
            assert 0 <= bucket.level <= burst + 1e-6
        told.append((now, let))
    return told


@given(bursts, leaks, gaps)
def test_in_any_span_no_more_is_let_through_than_burst_and_leak(
    burst: int, every: float, pauses: list[float]
) -> None:
    times = [at for at, let in run(burst, every, pauses) if let]
    for first in range(len(times)):
        for last in range(first, len(times)):
            span = times[last] - times[first]
            assert last - first + 1 <= burst + span / every + 1e-3


@given(bursts, leaks, gaps)
@example(1, 0.01, [0.0, 0.0])
def test_who_waits_as_told_is_let_through(burst: int, every: float, pauses: list[float]) -> None:
    from ringwall.identity.throttling import Rule, poured, wait_for

    rule, bucket, now = Rule("r", burst, every), None, 1e9
    for pause in pauses:
        now += pause
        wait = wait_for(bucket, rule, now)
        if wait > 0:
            early = now + wait * 0.99
            is_told_apart = now + wait - early > 4 * math.ulp(now)  # by a clock in floats
            assert wait_for(bucket, rule, early) > 0 or not is_told_apart
            now += wait + 1e-6 * every
            assert wait_for(bucket, rule, now) == 0
        bucket = poured(bucket, rule, now)


@given(bursts, leaks, st.floats(0, 1e6, allow_nan=False))
def test_a_clock_set_back_gives_no_room_and_takes_none(
    burst: int, every: float, back: float
) -> None:
    from ringwall.identity.throttling import Rule, leaked, poured

    rule = Rule("r", burst, every)
    full = poured(None, rule, 1e9, float(burst))
    assert leaked(full, rule, 1e9 - back) == burst
    later = poured(full, rule, 1e9 - back, 0)
    assert leaked(later, rule, 1e9 - back + every) == pytest.approx(burst - 1, abs=1e-3)


@given(bursts, leaks, st.integers(1, 20))
def test_taking_back_takes_only_what_was_poured(burst: int, every: float, tries: int) -> None:
    from ringwall.identity.throttling import Rule, poured

    rule, bucket = Rule("r", burst, every), None
    for _ in range(tries):
        bucket = poured(poured(bucket, rule, 1e9), rule, 1e9, -1)
    assert bucket is not None
    assert bucket.level == pytest.approx(0)
    assert poured(None, rule, 1e9, -5).level == 0


@pytest.mark.parametrize(
    ("one", "other", "same_address", "same_network"),
    [
        ("192.0.2.7", "192.0.2.7", True, True),
        ("192.0.2.7", "192.0.2.8", False, True),
        ("192.0.2.7", "192.0.3.7", False, False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False, True),
        ("2001:db8:1:2::1", "2001:db8:2:2::1", False, False),
        ("::ffff:192.0.2.7", "192.0.2.7", True, True),
        ("fe80::1%eth0", "fe80::1", True, True),
        ("garbage", "", True, True),
    ],
)
def test_addresses_are_counted_by_who_has_them(
    one: str, other: str, same_address: bool, same_network: bool
) -> None:
    from ringwall.identity.throttling import address_block, network_block

    assert (address_block(one) == address_block(other)) is same_address
    assert (network_block(one) == network_block(other)) is same_network


def test_a_refused_try_pours_nothing_anywhere(database: str) -> None:
    from ringwall.identity.throttling import Charge, Rule, spend

    narrow, wide = Rule("narrow", 1, 60), Rule("wide", 10, 60)
    assert spend([Charge(narrow, "a"), Charge(wide, "a")], NOW) == 0
    for _ in range(30):
        assert spend([Charge(narrow, "a"), Charge(wide, "a")], NOW) == 60
    for _ in range(9):
        assert spend([Charge(wide, "a")], NOW) == 0
    assert spend([Charge(wide, "a")], NOW) > 0


def test_many_at_once_get_no_more_room_than_there_is(database: str) -> None:
    from django.db import connections

    from ringwall.identity.throttling import Charge, Rule, spend

    rules = [Rule("one", 5, 600), Rule("two", 50, 600)]
    let: list[bool] = []
    barrier = threading.Barrier(8)

    def guess(n: int) -> None:
        order = rules if n % 2 else list(reversed(rules))
        barrier.wait()
        let.extend(spend([Charge(rule, "x") for rule in order], NOW) == 0 for _ in range(3))
        connections.close_all()

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(let), sum(let)) == (24, 5)


def test_after_the_clock_was_set_back_there_is_room_again_soon(database: str) -> None:
    from ringwall.identity.throttling import Charge, Rule, spend

    charge, back = Charge(Rule("one", 1, 60), "a"), NOW - timedelta(days=30)
    assert spend([charge], NOW) == 0
    assert spend([charge], back) == pytest.approx(60)
    assert spend([charge], back + timedelta(seconds=59)) > 0
    assert spend([charge], back + timedelta(seconds=61)) == 0


def test_what_has_run_dry_is_forgotten_and_nothing_else(database: str) -> None:
    from ringwall.identity.models import Throttle
    from ringwall.identity.throttling import Charge, Rule, forget_empty, spend

    rule, other = Rule("one", 3, 60), Rule("one-day", 3, 6000)
    for subject in ("a", "a", "b"):
        spend([Charge(rule, subject), Charge(other, subject)], NOW)
    assert forget_empty([rule, other], NOW + timedelta(seconds=59)) == 0
    assert forget_empty([rule, other], NOW + timedelta(seconds=61)) == 1
    assert forget_empty([rule, other], NOW + timedelta(seconds=121)) == 1
    assert Throttle.objects.count() == 2


def test_no_mail_address_stands_in_the_table(browser: Any) -> None:
    from ringwall.identity.models import Throttle

    sign_in(browser, "ada@example.com", "wrong-wrong-wrong")
    keys = list(Throttle.objects.values_list("key", flat=True))
    assert len(keys) == 6
    assert not any("ada" in key or "127" in key for key in keys)


def guess(browser: Any, times: int, email: str = "ada@example.com") -> list[int]:
    return [sign_in(browser, email, f"wrong-guess-number-{n}").status_code for n in range(times)]


def test_guessing_a_password_is_slowed_down_and_says_how_long(browser: Any) -> None:
    person()
    html(browser)
    assert guess(browser, 6) == [200] * 6
    answer = sign_in(browser, password="wrong-guess-again")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 30
    assert "Please wait a little" in words(answer)
    assert " seconds" in words(answer)
    # The right password tells the guesser nothing either.
    assert sign_in(browser).status_code == 429
    told = browser.post(
        LOGIN, {"login": "ada@example.com", "password": "x"}, headers={"accept": "application/json"}
    )
    assert told["Content-Type"] == "application/problem+json"
    assert told.json()["status"] == 429


def test_accounts_that_are_not_there_are_counted_alike(browser: Any) -> None:
    assert guess(browser, 8, "nobody@example.com") == [200] * 6 + [429] * 2


def test_a_victim_signs_in_from_a_device_used_before(browser: Any) -> None:
    person()
    assert sign_in(browser).status_code == 302
    assert browser.cookies["__Host-ringwall-device"]["secure"]
    browser.post("/accounts/logout/")
    eve = another(browser)
    assert guess(eve, 8)[-1] == 429
    fresh = another(browser)
    assert sign_in(fresh).status_code == 429
    assert sign_in(browser).status_code == 302
    assert session_of(browser) is not None


def test_a_victim_signs_in_by_passkey_from_anywhere(browser: Any) -> None:
    key = passkey_of(person())
    assert guess(another(browser), 8)[-1] == 429
    fresh = another(browser)
    assert by_passkey(fresh, key).status_code == 302
    assert session_of(fresh).acr == "phr"


def test_a_device_is_familiar_to_its_own_account_only(browser: Any) -> None:
    person("eve@example.com")
    person()
    sign_in(browser, "eve@example.com")
    browser.post("/accounts/logout/")
    assert guess(browser, 8)[-1] == 429


NUMBER, MARK = "x" * 22, "0" * 32


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        NUMBER,
        f"{NUMBER}.739000-{MARK}",
        f"{NUMBER}.99999999-{MARK}",
        f"{NUMBER}.0-{MARK}",
        f"{'é' * 22}.1-{MARK}",
        f"{NUMBER}.²-{MARK}",
        "." * 4000,
    ],
)
def test_a_forged_device_is_none(browser: Any, cookie: str) -> None:
    from django.test import RequestFactory

    from ringwall.identity import familiar

    request = RequestFactory().get("/")
    request.COOKIES[familiar.COOKIE] = cookie
    assert not familiar.is_familiar(request, "ada@example.com")
    assert not familiar.is_familiar(request, "")


def test_a_device_is_remembered_for_a_while_and_a_few_accounts() -> None:
    from django.http import HttpResponse
    from django.test import RequestFactory

    from ringwall.identity import familiar

    request = RequestFactory().get("/")
    for n in range(12):
        response = HttpResponse()
        familiar.remember(request, response, f"p{n}@example.com")
        request.COOKIES[familiar.COOKIE] = response.cookies[familiar.COOKIE].value
    known = [n for n in range(12) if familiar.is_familiar(request, f"P{n}@example.com ")]
    assert known == list(range(4, 12))
    morsel = response.cookies[familiar.COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert len(morsel.value) < 500


def test_a_device_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.http import HttpResponse
    from django.test import RequestFactory
    from django.utils import timezone

    from ringwall.identity import familiar

    request, response = RequestFactory().get("/"), HttpResponse()
    familiar.remember(request, response, "ada@example.com")
    request.COOKIES[familiar.COOKIE] = response.cookies[familiar.COOKIE].value
    now = timezone.now()
    for days, known in ((399, True), (401, False), (-2, False)):
        later = now + timedelta(days=days)
        monkeypatch.setattr("django.utils.timezone.now", lambda later=later: later)
        assert familiar.is_familiar(request, "ada@example.com") is known


def test_spraying_many_accounts_from_one_place_is_slowed_down(browser: Any) -> None:
    statuses = [
        sign_in(browser, f"person{n}@example.com", "wrong-wrong-wrong").status_code
        for n in range(36)
    ]
    assert statuses[:30] == [200] * 30
    assert 429 in statuses[30:]


def test_success_empties_no_bucket(browser: Any) -> None:
    person("eve@example.com")
    person()
    html(browser)
    seen = []
    for n in range(4):
        eve = another(browser)
        seen += guess(eve, 2)
        assert sign_in(eve, "eve@example.com").status_code == 302
        assert n < 9
    assert seen == [200] * 6 + [429] * 2


def test_the_right_password_costs_nothing(browser: Any) -> None:
    person()
    for _ in range(9):
        fresh = another(browser)
        assert sign_in(fresh).status_code == 302


def test_guessing_codes_is_slowed_down_for_the_guesser(browser: Any) -> None:
    secret = app_of(person())
    sign_in(browser)
    assert show_code(browser, secret).status_code == 302
    browser.post("/accounts/logout/")
    eve = html(another(browser))
    sign_in(eve)
    statuses = [
        eve.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}).status_code for n in range(7)
    ]
    assert statuses == [200] * 5 + [429] * 2
    sign_in(browser)
    assert show_code(browser, secret, steps=1).status_code == 302


def test_guessing_within_a_session_is_slowed_down(browser: Any) -> None:
    person()
    html(browser)
    sign_in(browser)
    page = "/accounts/reauthenticate/"
    statuses = [
        browser.post(page, {"password": f"wrong-{n}", "credential": "{}"}).status_code
        for n in range(8)
    ]
    assert statuses == [200] * 6 + [429] * 2


@pytest.mark.parametrize("known", [True, False])
def test_nobody_is_flooded_with_mail(browser: Any, known: bool) -> None:
    from ringwall.identity.models import OutgoingMail

    if known:
        person()
    statuses = [
        another(browser).post("/accounts/password/reset/", {"email": "Ada@example.com"}).status_code
        for _ in range(6)
    ]
    assert statuses == [302] * 4 + [429] * 2
    assert OutgoingMail.objects.count() == 4


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "1 second"),
        (40, "40 seconds"),
        (60, "60 seconds"),
        (61, "2 minutes"),
        (3601, "2 hours"),
        (90, "2 minutes"),
    ],
)
def test_how_long_is_said_in_words(seconds: int, told: str) -> None:
    from ringwall.identity.slowing import in_words

    assert in_words(seconds) == told


def test_strangers_do_not_use_up_what_people_have_for_codes_of_devices(browser: Any) -> None:
    """Nothing is looked up for them, and a picture on somebody's page could send them all."""
    from ringwall.identity.models import Throttle

    for _ in range(8):
        assert browser.get("/identity/o/device?code=ABCD-EFGH").status_code == 302
    assert browser.post("/identity/o/device", {"code": "ABCD-EFGH"}).status_code == 302
    assert not Throttle.objects.filter(key__startswith="device-code").exists()
    sign_in(browser, person())
    assert browser.get("/identity/o/device?code=ABCD-EFGH").status_code == 400
    assert Throttle.objects.filter(key__startswith="device-code").count() == 2
