"""A token that is called back while its session goes on: background requests go on too."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.identity.edge.scene import COOKIE, IdentityStage, ask, cookies_set
from tests.identity.edge.test_revocation import becomes, revoke, shown_as

from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e

FETCHES = {"sec-fetch-mode": "cors"}
AGAIN = f"{COOKIE}-again"
WORKERS = 2


def call_back(scene: IdentityStage, session: Any, jar: str) -> None:
    """What a change of roles does; until the edge knows."""
    from ringwall.identity import membership
    from ringwall.identity.models import Session

    membership.call_back(Session.objects.filter(pk=session.pk), reason="a test")
    becomes(401, lambda: scene.get(cookie=jar).status_code)


@pytest.fixture
def browser(scene: IdentityStage) -> Iterator[httpx.Client]:
    """A client that keeps cookies and follows redirects."""
    with scene.stage.client() as client:
        client.follow_redirects = True
        yield client


def signed_in(scene: IdentityStage, browser: httpx.Client) -> tuple[Any, str]:
    session = scene.session()
    value = scene.enter(session)
    browser.cookies.set(COOKIE, value, domain="app.localhost", path="/")
    return session, f"{COOKIE}={value}"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_page_that_fetches_notices_nothing(
    scene: IdentityStage, browser: httpx.Client, method: str
) -> None:
    session, jar = signed_in(scene, browser)
    call_back(scene, session, jar)
    mark, body = scene.mark(), b"once" if method == "POST" else b""
    url = scene.url(f"/required/{mark}?a=b&c")
    answer = browser.request(method, url, headers=FETCHES, content=body)
    assert answer.status_code == 200
    (first,) = answer.history
    assert (first.status_code, first.headers["location"]) == (307, url)
    (seen,) = scene.about(mark)
    assert seen.body == body
    assert seen.values("x-ringwall-user") == [session.user.subject]
    assert seen.values("cookie") == seen.values("x-ringwall-again") == []
    assert not browser.get(scene.url(), headers=FETCHES).history


def test_nor_does_it_when_that_happens_thrice_in_a_moment(
    scene: IdentityStage, browser: httpx.Client
) -> None:
    """Roles that change one by one, faster than a second cookie is over."""
    session, _ = signed_in(scene, browser)
    begun = time.monotonic()
    for times in range(3):
        call_back(scene, session, f"{COOKIE}={browser.cookies[COOKIE]}")
        answer = browser.get(scene.url(), headers=FETCHES)
        assert (answer.status_code, len(answer.history)) == (200, 1), times
        before = scene.call_outs()
        assert not browser.get(scene.url(), headers=FETCHES).history
        assert scene.call_outs() - before < WORKERS, "at most by one that has renewed nothing yet"
    assert time.monotonic() - begun < 10, "else it shows nothing"


@pytest.mark.parametrize("refused", ["0", "1", "9999999999", "nan", "x" * 5000, ""])
def test_whatever_a_client_says_of_the_refusal_few_are_asked(
    scene: IdentityStage, refused: str
) -> None:
    jar = f"{COOKIE}={scene.enter(scene.session())}; {AGAIN}={refused}"
    before = scene.call_outs()
    assert [scene.get(cookie=jar).status_code for _ in range(30)] == [200] * 30
    assert 1 <= scene.call_outs() - before <= 4 * WORKERS


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-mode": "websocket"}])
def test_others_are_refused_once(
    scene: IdentityStage, browser: httpx.Client, headers: dict[str, str]
) -> None:
    session, jar = signed_in(scene, browser)
    call_back(scene, session, jar)
    assert [browser.get(scene.url(), headers=headers).status_code for _ in range(3)] == [
        401,
        200,
        200,
    ]


def test_whoever_goes_on_with_the_old_cookie_asks_no_more_than_once(scene: IdentityStage) -> None:
    session = scene.session()
    jar = f"{COOKIE}={scene.enter(session)}"
    call_back(scene, session, jar)
    before = scene.call_outs()
    statuses = [scene.get(cookie=f"{jar}; {AGAIN}=1").status_code for _ in range(30)]
    assert statuses == [200] * 30
    assert 1 <= scene.call_outs() - before <= WORKERS


def test_nor_does_whoever_asks_for_it_without_need(scene: IdentityStage) -> None:
    jar = f"{AGAIN}=1; {COOKIE}={scene.enter(scene.session())}"
    before = scene.call_outs()
    assert [scene.get(cookie=jar).status_code for _ in range(30)] == [200] * 30
    assert scene.call_outs() - before <= WORKERS
    before = scene.call_outs()
    assert scene.get("/public/x", cookie=jar).status_code == 200
    assert scene.call_outs() == before


def test_a_session_that_is_over_stays_so(scene: IdentityStage, browser: httpx.Client) -> None:
    from ringwall.identity import sessions

    session, jar = signed_in(scene, browser)
    sessions.end(session, reason="a test")
    becomes(401, lambda: scene.get(cookie=jar).status_code)
    answer = browser.get(scene.url(), headers=FETCHES)
    assert answer.status_code == 401
    assert [one.status_code for one in answer.history] == [307]
    assert cookies_set(answer) == [""]
    again = scene.get(cookie=f"{jar}; {AGAIN}=1", headers=FETCHES)
    assert (again.status_code, cookies_set(again)) == (401, [""])
    assert AGAIN not in repr(again.headers.get_list("set-cookie"))


def test_a_token_with_a_secret_nobody_knows_is_refused_with_no_way_round(
    scene: IdentityStage,
) -> None:
    value = scene.mark()
    shown = shown_as(Purpose.SESSION, scene.issue(Purpose.SESSION, scene.proven(sid=value)))
    revoke("session", value)
    with scene.stage.client() as client:
        becomes(401, lambda: ask(client, scene.url(), **shown).status_code)
        shown["cookie"] += f"; {AGAIN}=1"
        answer = ask(client, scene.url(), headers=FETCHES, **shown)
        assert (answer.status_code, cookies_set(answer)) == (401, [""])


@pytest.mark.parametrize("purpose", [Purpose.ACCESS, Purpose.KEY])
def test_tokens_and_keys_are_simply_refused(scene: IdentityStage, purpose: Purpose) -> None:
    value = scene.mark()
    shown = shown_as(purpose, scene.issue(purpose, scene.proven(sid=value)))
    revoke("session", value)
    becomes(401, lambda: scene.get(**shown).status_code)
    answer = scene.get(headers=FETCHES, **shown)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_browser_that_navigates_is_sent_to_sign_in(
    scene: IdentityStage, browser: httpx.Client
) -> None:
    session, jar = signed_in(scene, browser)
    call_back(scene, session, jar)
    answer = scene.get(cookie=jar, headers={"sec-fetch-mode": "navigate"})
    assert answer.status_code == 302
    assert re.match(r"https://id\.localhost(:[0-9]+)?/enter\?", answer.headers["location"])
