"""Nobody learns whether an account exists: by text, status, headers, cookies, mail or time."""

import dataclasses
import itertools
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.identity.signing_in import (
    GOOD,
    LOGIN,
    another,
    app_of,
    html,
    member,
    passkey_of,
    person,
    sign_in,
)

from ringwall.identity import facts as facts_file
from ringwall.identity.config import SignUp
from ringwall.identity.facts import Facts

RESET, SIGN_UP, KEY = (
    "/accounts/password/reset/",
    "/accounts/signup/",
    "/accounts/2fa/webauthn/login/",
)
_fresh = itertools.count()


@pytest.fixture
def open_house(state: Path, facts: Facts) -> None:
    """Anybody may make an account."""
    settings = facts.settings.model_copy(update={"sign_up": SignUp.OPEN})
    facts_file.write(state, dataclasses.replace(facts, settings=settings))


@pytest.fixture
def people(browser: Any) -> list[str]:
    """Accounts of every kind: with a password, an app, a passkey alone, staff, disabled."""
    from ringwall.identity import sessions

    person("plain@example.com")
    app_of(person("phone@example.com"))
    passkey_of(person("touch@example.com", None))
    member(person("staff@example.com"), "shop", kind="provider", roles=["owner"])
    sessions.disable(person("ended@example.com"), reason="left")
    return [f"{name}@example.com" for name in ("plain", "phone", "touch", "staff", "ended")]


def stranger() -> str:
    """Nobody, by an address as long as those of the others."""
    return f"no{next(_fresh):03}@example.com"


def seen(browser: Any, path: str, data: dict[str, str], email: str) -> tuple[Any, ...]:
    """All that a stranger sees of an answer and the page after it, without what is random."""
    from ringwall.identity.models import Throttle

    Throttle.objects.all().delete()
    one = html(another(browser))
    answer = one.post(path, {name: value.replace("EMAIL", email) for name, value in data.items()})
    pages = [answer]
    if answer.status_code == 302:
        pages.append(one.get(answer["Location"]))
    cookies = sorted(
        (name, {k: v for k, v in morsel.items() if k != "expires"})
        for name, morsel in one.cookies.items()
    )
    return (
        [(page.status_code, _headers(page), _plain(page, email)) for page in pages],
        cookies,
    )


def _headers(page: Any) -> list[tuple[str, str]]:
    return sorted((k, v) for k, v in page.headers.items() if k != "Expires")  # the time of day


def _plain(page: Any, email: str) -> str:
    text = page.content.decode().replace(email, "EMAIL")
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return re.sub(r'"challenge": "[^"]+"', "", text)


@pytest.mark.parametrize(
    "password", ["wrong-wrong-wrong", "x", "x" * 5000, "\x00", "пароль-пароль"]
)
def test_a_refused_sign_in_looks_alike(browser: Any, people: list[str], password: str) -> None:
    data = {"login": "EMAIL", "password": password}
    wanted = seen(browser, LOGIN, data, stranger())
    assert wanted[0][0][0] == (400 if "\0" in password else 200)
    for email in people:
        assert seen(browser, LOGIN, data, email) == wanted, email


def test_a_forgotten_password_looks_alike(browser: Any, people: list[str]) -> None:
    from ringwall.identity.models import OutgoingMail

    wanted = seen(browser, RESET, {"email": "EMAIL"}, stranger())
    for email in people:
        assert seen(browser, RESET, {"email": "EMAIL"}, email) == wanted, email
    assert OutgoingMail.objects.count() == len(people) + 1


def test_signing_up_looks_alike(browser: Any, people: list[str], open_house: None) -> None:
    from ringwall.identity.models import OutgoingMail, User

    before = User.objects.count()
    data = {"email": "EMAIL", "password1": GOOD}
    wanted = seen(browser, SIGN_UP, data, stranger())
    assert wanted[0][0][0] == 302
    for email in people[:2]:
        assert seen(browser, SIGN_UP, data, email) == wanted, email
    assert User.objects.count() == before + 1
    assert OutgoingMail.objects.count() == 3


def test_signing_up_twice_at_once_makes_one_account(
    browser: Any, open_house: None, database: str
) -> None:
    import threading

    from django.db import connections

    from ringwall.identity.models import User

    barrier, statuses = threading.Barrier(3), []

    def post(one: Any) -> None:
        barrier.wait()
        answer = one.post(SIGN_UP, {"email": "new@example.com", "password1": GOOD})
        statuses.append((answer.status_code, answer.get("Location")))
        connections.close_all()

    threads = [threading.Thread(target=post, args=(another(browser),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [(302, "/accounts/confirm-email/")] * 3
    assert User.objects.count() == 1


def test_who_is_known_is_told_only_by_mail(
    browser: Any, people: list[str], open_house: None
) -> None:
    from ringwall.identity.models import OutgoingMail

    for email in ("plain@example.com", "new@example.com"):
        another(browser).post(SIGN_UP, {"email": email, "password1": GOOD})
    known = OutgoingMail.objects.get(to="plain@example.com")
    new = OutgoingMail.objects.get(to="new@example.com")
    assert known.subject != new.subject


def test_options_of_a_passkey_are_the_same_for_everybody(browser: Any, people: list[str]) -> None:
    def asked(**query: str) -> Any:
        answer = another(browser).get(KEY, query, headers={"accept": "application/json"})
        told = answer.json()
        assert len(told["request_options"]["publicKey"].pop("challenge")) >= 22
        return answer.status_code, told

    wanted = asked()
    assert not wanted[1]["request_options"]["publicKey"].get("allowCredentials")
    assert asked(login="touch@example.com") == asked(login=stranger()) == wanted


GARBAGE = [
    "",
    "1",
    "null",
    "[]",
    "{}",
    '"x"',
    '{"id": 1}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    (
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", '
        '"authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}}'
    ),
    '{"id": "AA", "rawId": "AA", "response": {"userHandle": 5}}',
    '{"id": "AA", "rawId": "AA", "response": null}',
    "[" * 2000,
]


@pytest.mark.parametrize("credential", GARBAGE)
def test_garbage_for_a_passkey_is_refused_without_a_fault(browser: Any, credential: str) -> None:
    one = another(browser)
    one.get(KEY, headers={"accept": "application/json"})
    answer = one.post(KEY, {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert "sessionid" not in one.cookies


@pytest.mark.parametrize("credential", GARBAGE)
def test_garbage_for_a_second_step_is_refused_without_a_fault(
    browser: Any, credential: str
) -> None:
    from tests.identity.signing_in import session_of

    passkey_of(person())
    sign_in(browser)
    answer = browser.post("/accounts/2fa/authenticate/", {"credential": credential})
    assert answer.status_code == 200
    assert session_of(browser) is None


def test_a_copied_passkey_is_refused(browser: Any) -> None:
    import copy

    from tests.identity.signing_in import by_passkey, session_of

    key = passkey_of(person())
    twin = copy.copy(key)
    for _ in range(2):
        assert by_passkey(another(browser), key).status_code == 302
    thief = another(browser)
    by_passkey(thief, twin)
    assert session_of(thief) is None
    assert by_passkey(browser, key).status_code == 302
    assert session_of(browser) is not None


@pytest.mark.parametrize("path", [LOGIN, RESET, KEY, "/recover", "/first"])
def test_a_huge_body_is_refused(browser: Any, path: str) -> None:
    answer = browser.post(path, {"login": "x" * 1_200_000})
    assert answer.status_code in {400, 404, 410, 413}
    many = "&".join(f"a{n}=1" for n in range(500))
    answer = browser.post(path, many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 404, 410}


@pytest.mark.parametrize(
    "path",
    [
        LOGIN,
        RESET,
        SIGN_UP,
        KEY,
        "/accounts/logout/",
        "/accounts/2fa/authenticate/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/email/",
        "/first/app",
        "/recover/password",
    ],
)
def test_no_other_site_changes_anything(browser: Any, open_house: None, path: str) -> None:
    from django.test import Client

    person()
    strict = Client(enforce_csrf_checks=True)
    strict.defaults = dict(browser.defaults)
    sign_in(browser)
    strict.cookies = browser.cookies
    for more in ({}, {"origin": "https://evil.localhost"}, {"origin": "null"}):
        assert strict.post(path, {"login": "a"}, headers=more).status_code == 403


def took(browser: Any, path: str, data: dict[str, str]) -> float:
    """Seconds until an answer is ready to be sent; what follows it is not waited for."""
    from django.test.client import ClientHandler

    from ringwall.identity.models import OutgoingMail, Throttle

    spans: list[float] = []

    class Timed(ClientHandler):
        def get_response(self, request: Any) -> Any:
            began = time.perf_counter()
            found = super().get_response(request)
            spans.append(time.perf_counter() - began)
            return found

    one = another(browser)
    one.handler = Timed(enforce_csrf_checks=False)
    one.post(path, data)
    Throttle.objects.all().delete()
    OutgoingMail.objects.all().delete()
    return spans[0]


def parted(
    one: Callable[[], float], other: Callable[[], float], rounds: int, *, tries: int = 1
) -> float:
    """How well time tells two things apart: 0 not at all, 1 always (Mann and Whitney's U).

    They are measured in turns, so that what else the machine does befalls both. Of several tries
    the shortest counts, which was interrupted least.
    """
    left: list[float] = []
    right: list[float] = []
    one(), other()
    for n in range(rounds):
        for measure, kept in ((one, left), (other, right))[:: 1 if n % 2 else -1]:
            kept.append(min(measure() for _ in range(tries)))
    greater = sum((a > b) + 0.5 * (a == b) for a in left for b in right)
    return abs(2 * greater / (len(left) * len(right)) - 1)


ROUNDS = 24
BOUND = 0.55
"""By chance alone 0.55 is passed once in a thousand times."""


@pytest.mark.parametrize("email", ["plain@example.com", "touch@example.com", "ended@example.com"])
def test_time_does_not_tell_who_can_sign_in(browser: Any, people: list[str], email: str) -> None:
    def refused(address: str) -> float:
        return took(browser, LOGIN, {"login": address, "password": "wrong-wrong-wrong"})

    assert parted(lambda: refused(email), lambda: refused(stranger()), ROUNDS) < BOUND


def test_time_does_not_tell_whose_password_was_forgotten(browser: Any, people: list[str]) -> None:
    def asked(address: str) -> float:
        return took(browser, RESET, {"email": address})

    known = "plain@example.com"
    assert parted(lambda: asked(known), lambda: asked(stranger()), ROUNDS) < BOUND


def test_time_does_not_tell_who_signed_up_before(
    browser: Any, people: list[str], open_house: None
) -> None:
    def made(address: str) -> float:
        return took(browser, SIGN_UP, {"email": address, "password1": GOOD})

    known = "plain@example.com"
    assert parted(lambda: made(known), lambda: made(stranger()), 12) < 0.75


def test_the_measure_finds_a_hash_that_is_left_out(
    browser: Any, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.signing import ByPassword

    monkeypatch.setattr(ByPassword, "_mitigate_timing_attack", lambda self, password: None)

    def refused(address: str) -> float:
        return took(browser, LOGIN, {"login": address, "password": "wrong-wrong-wrong"})

    known = "plain@example.com"
    assert parted(lambda: refused(known), lambda: refused(stranger()), 8, tries=5) > 0.9
