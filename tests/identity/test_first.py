"""The first administrator: one link, once, for 15 minutes, and a factor from the beginning."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.identity.authenticator import Passkey, code_of
from tests.identity.commanding import told as told_by_host

from ringwall.identity import first
from ringwall.identity.facts import Facts
from ringwall.identity.first import Standing
from ringwall.identity.secrets import hash_of

NOW = datetime.now(UTC)
GOOD = "mountain-lamp-river-eleven"


@pytest.fixture
def link(state: Path, facts: Facts) -> str:
    for name in (first.FILE, first.MARKER):
        (state / name).unlink(missing_ok=True)
    made = first.first_link(state, facts, datetime.now(UTC))
    assert made is not None
    assert made.startswith("https://id.shop.localhost:8443/first?secret=")
    return made.removeprefix("https://id.shop.localhost:8443")


def told(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def options_of(answer: Any, name: str = "passkey-options") -> dict[str, Any]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', told(answer))
    assert found
    made: dict[str, Any] = json.loads(found[1])
    return made


def begin(browser: Any, link: str, *, way: str, email: str = "ada@example.com") -> Any:
    answer = browser.get(link)
    assert (answer.status_code, answer["Location"]) == (302, "/first")
    assert browser.get("/first").status_code == 200
    answer = browser.post("/first", {"name": "Ada", "email": email, "way": way})
    assert answer.status_code == 302
    return browser.get(answer["Location"])


def by_passkey(browser: Any, link: str, **who: str) -> Any:
    page = begin(browser, link, way="passkey", **who)
    credential = Passkey().create(options_of(page)["creation_options"])
    return browser.post("/first/passkey", {"credential": credential})


def test_a_link_is_no_secret_on_the_disk(link: str, state: Path) -> None:
    kept = (state / first.FILE).read_text()
    assert link.partition("secret=")[2] not in kept
    assert (state / first.FILE).stat().st_mode & 0o777 == 0o600


def test_a_link_lives_15_minutes_whatever_the_clock_does(state: Path, facts: Facts) -> None:
    (state / first.MARKER).unlink(missing_ok=True)
    made = first.first_link(state, facts, NOW)
    assert made is not None
    kept = hash_of(made.partition("secret=")[2])

    def at(minutes: float) -> Standing:
        return first.standing(state, kept, NOW + timedelta(minutes=minutes))

    assert [at(0), at(14.9), at(15), at(600)] == [
        Standing.GOOD,
        Standing.GOOD,
        Standing.LATE,
        Standing.LATE,
    ]
    assert at(-60) is Standing.LATE


def test_a_new_link_replaces_the_one_before(state: Path, facts: Facts, link: str) -> None:
    again = first.first_link(state, facts, datetime.now(UTC))
    assert again is not None
    old = hash_of(link.partition("secret=")[2])
    assert first.standing(state, old, datetime.now(UTC)) is Standing.WORTHLESS


@pytest.mark.parametrize(
    "garbage", ["", "{", "[]", '{"hash": "x"}', '{"hash": 1, "made": 2}', "\x00"]
)
def test_a_damaged_file_lets_nobody_in(state: Path, facts: Facts, garbage: str) -> None:
    (state / first.FILE).write_text(garbage)
    for shown in ("", "x", hash_of("")):
        assert first.standing(state, shown, NOW) is Standing.WORTHLESS


def test_without_a_host_there_is_no_link(state: Path) -> None:
    (state / first.MARKER).unlink(missing_ok=True)
    assert first.first_link(state, Facts(), NOW) is None


def test_with_a_passkey_somebody_is_the_owner_and_signed_in(
    browser: Any, link: str, state: Path, facts: Facts
) -> None:
    from allauth.mfa.models import Authenticator

    from ringwall.identity.browser_sessions import kept_key
    from ringwall.identity.models import Membership, Session

    before = kept_key(browser.session.session_key)
    answer = by_passkey(browser, link)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/recovery-codes/")
    member = Membership.objects.get()
    assert (member.user.email, member.roles) == ("ada@example.com", ["owner"])
    assert (member.organisation.slug, member.organisation.kind) == ("the-shop", "provider")
    assert not member.user.has_usable_password()
    session = Session.objects.get()
    assert (session.acr, session.key) == ("phr", kept_key(browser.session.session_key))
    assert session.key != before
    assert {one.type for one in Authenticator.objects.all()} == {"webauthn", "recovery_codes"}
    assert first.first_link(state, facts, datetime.now(UTC)) is None


def test_with_a_password_the_app_comes_before_anything_is_made(browser: Any, link: str) -> None:
    from ringwall.identity.models import Session, User

    begin(browser, link, way="password")
    weak = browser.post("/first/password", {"password": "password1234"})
    assert "stolen passwords" in told(weak)
    answer = browser.post("/first/password", {"password": GOOD})
    assert answer["Location"] == "/first/app"
    page = told(browser.get("/first/app"))
    assert not User.objects.exists()
    assert not Session.objects.exists()
    secret = re.search(r'class="code">([A-Z2-7]{32})<', page)
    assert secret
    wrong = browser.post("/first/app", {"code": "000000"})
    assert "not right" in told(wrong)
    assert not User.objects.exists()
    answer = browser.post("/first/app", {"code": code_of(secret[1])})
    assert answer.status_code == 302
    ada = User.objects.get()
    assert ada.check_password(GOOD)
    session = Session.objects.get()
    assert (session.acr, session.user) == ("mfa", ada)


def test_the_secret_of_the_app_is_in_no_table(browser: Any, link: str) -> None:
    from allauth.mfa.models import Authenticator
    from django.contrib.sessions.models import Session as Kept

    begin(browser, link, way="password")
    browser.post("/first/password", {"password": GOOD})
    found = re.search(r'class="code">([A-Z2-7]{32})<', told(browser.get("/first/app")))
    assert found
    assert all(found[1] not in json.dumps(one.get_decoded()) for one in Kept.objects.all())
    browser.post("/first/app", {"code": code_of(found[1])})
    assert all(found[1] not in json.dumps(one.data) for one in Authenticator.objects.all())


def test_a_step_left_out_leads_back(browser: Any, link: str) -> None:
    browser.get(link)
    for page in ("/first/passkey", "/first/password", "/first/app"):
        assert browser.get(page)["Location"] == "/first"
        assert browser.post(page, {"code": "1"})["Location"] == "/first"


def test_a_used_link_says_so(browser: Any, link: str) -> None:
    from django.test import Client

    by_passkey(browser, link)
    stranger = Client()
    stranger.defaults = dict(browser.defaults)
    answer = stranger.get(link, follow=True)
    assert answer.status_code == 410
    assert "There is an administrator already" in told(answer)


def test_a_late_link_says_so_even_halfway(
    browser: Any, link: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.identity.models import User

    page = begin(browser, link, way="passkey")
    kept = json.loads((state / first.FILE).read_text())
    kept["made"] = kept["expires"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    (state / first.FILE).write_text(json.dumps(kept))
    credential = Passkey().create(options_of(page)["creation_options"])
    answer = browser.post("/first/passkey", {"credential": credential})
    assert answer.status_code == 410
    assert "too old" in told(answer)
    assert not User.objects.exists()


@pytest.mark.parametrize("secret", ["", "x", "x" * 100_000, "%00", "é", "../../etc"])
def test_a_link_that_was_never_ours_opens_nothing(browser: Any, link: str, secret: str) -> None:
    answer = browser.get("/first", {"secret": secret}, follow=True)
    assert answer.status_code == 404
    assert "ringwall admin link" in told(answer)
    assert browser.post("/first", {"name": "E", "email": "eve@example.com"}).status_code == 404


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "1",
        "null",
        "[]",
        "{}",
        '"x"',
        "{",
        '{"id": 1}',
        '{"id": "a", "rawId": "a", "response": {}}',
    ],
)
def test_garbage_is_no_passkey(browser: Any, link: str, credential: str) -> None:
    from ringwall.identity.models import User

    begin(browser, link, way="passkey")
    answer = browser.post("/first/passkey", {"credential": credential})
    assert answer.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.localhost:8443"}, {"rp": "evil.localhost"}, {"verifies": False}],
)
def test_a_passkey_for_another_host_or_without_verification_is_none(
    browser: Any, link: str, wrong: dict[str, Any]
) -> None:
    from ringwall.identity.models import User

    page = begin(browser, link, way="passkey")
    credential = Passkey(**wrong).create(options_of(page)["creation_options"])
    answer = browser.post("/first/passkey", {"credential": credential})
    assert answer.status_code == 200
    assert not User.objects.exists()


def test_two_at_once_make_one_administrator(browser: Any, link: str, database: str) -> None:
    from django.db import connections
    from django.test import Client

    from ringwall.identity.models import Membership, User

    ready: list[tuple[Any, str]] = []
    for n in range(4):
        one = Client()
        one.defaults = dict(browser.defaults)
        page = begin(one, link, way="passkey", email=f"ada{n}@example.com")
        ready.append((one, Passkey().create(options_of(page)["creation_options"])))
    barrier, statuses = threading.Barrier(len(ready)), []

    def post(one: Any, credential: str) -> None:
        barrier.wait()
        statuses.append(one.post("/first/passkey", {"credential": credential}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=post, args=pair) for pair in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 410, 410, 410]
    assert (User.objects.count(), Membership.objects.count()) == (1, 1)


def test_an_account_made_before_keeps_no_factor_of_a_stranger(browser: Any, link: str) -> None:
    from allauth.mfa.models import Authenticator

    from ringwall.identity.models import User

    eve = User.objects.create_user("ada@example.com", GOOD)
    Authenticator.objects.create(user=eve, type="totp", data={"secret": "hers"})
    by_passkey(browser, link)
    ada = User.objects.get()
    assert ada.pk == eve.pk
    assert not ada.has_usable_password()
    found = {one.type for one in Authenticator.objects.filter(user=ada)}
    assert found == {"webauthn", "recovery_codes"}


def test_every_form_of_it_wants_its_own_page(link: str, browser: Any) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.defaults = dict(browser.defaults)
    strict.get(link)
    for page in ("/first", "/first/passkey", "/first/password", "/first/app"):
        assert strict.post(page, {"name": "E"}).status_code == 403


def test_the_host_prints_a_new_link_until_there_is_an_administrator(
    browser: Any, link: str, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found, _ = told_by_host(capsys, state, "admin", "link")
    assert (code, found["valid_seconds"]) == (0, 900)
    again = found["link"].removeprefix("https://id.shop.localhost:8443")
    assert browser.get(link, follow=True).status_code == 404
    assert by_passkey(browser, again).status_code == 302
    code, found, error = told_by_host(capsys, state, "admin", "link")
    assert (code, found) == (1, None)
    assert "there is an administrator already: ada@example.com" in error
    # The database decides, not a file that somebody removed.
    (state / first.MARKER).unlink()
    assert told_by_host(capsys, state, "admin", "link")[0] == 1
    assert first.is_settled(state)


def test_a_job_tells_the_files_what_the_database_says(
    browser: Any, link: str, state: Path, facts: Facts
) -> None:
    from ringwall.identity import jobs
    from ringwall.identity.models import Membership
    from ringwall.runtime.current import current_installation

    by_passkey(browser, link)
    (state / first.MARKER).unlink()
    jobs.note_administrator(current_installation())
    assert first.is_settled(state)
    Membership.objects.all().delete()
    jobs.note_administrator(current_installation())
    assert first.first_link(state, facts, datetime.now(UTC)) is not None
