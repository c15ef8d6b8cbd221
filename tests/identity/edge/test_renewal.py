"""Tokens that ran out while their session lives: renewed within the request, seldom, or refused."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.identity.edge.scene import (
    COOKIE,
    LIFE_S,
    SECRET,
    IdentityStage,
    ask,
    cookie_set,
    cookies_set,
    run_out,
)
from tests.identity.edge.test_revocation import becomes

from ringwall.identity.kinds import Purpose

pytestmark = pytest.mark.e2e

NAVIGATES = {"sec-fetch-mode": "navigate"}
WORKERS = 2


def over(scene: IdentityStage, value: str) -> str:
    """A Cookie header whose time is over, and whose token has run out as well."""
    token = scene.sign(
        scene.claims(Purpose.SESSION, exp=int(time.time()) - 60), key=Purpose.SESSION
    )
    return f"{COOKIE}={run_out(value, token)}"


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("headers", [NAVIGATES, {}, {"sec-fetch-mode": "cors"}])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nobody_notices_that_a_token_ran_out(
    scene: IdentityStage, method: str, headers: dict[str, str], http2: bool
) -> None:
    session = scene.session()
    jar = over(scene, scene.enter(session))
    body: dict[str, Any] = {"content": b"x" * 200_000} if method == "POST" else {}
    answer, (seen,) = scene.seen(method=method, cookie=jar, headers=headers, http2=http2, **body)
    assert answer.status_code == 200
    assert len(seen.body) == (len(body.get("content", b"")))
    assert seen.values("x-ringwall-user") == [session.user.subject]
    assert seen.values("cookie") == []
    (line,) = answer.headers.get_list("set-cookie")
    value, _, attributes = line.partition("; ")
    assert attributes.startswith("Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=")
    assert 86000 < int(attributes.rpartition("=")[2]) <= 86400
    fresh = scene.get(cookie=value)
    assert fresh.status_code == 200
    assert not cookies_set(fresh), "a fresh one is not renewed"


def test_a_token_is_renewed_a_little_before_its_end(scene: IdentityStage) -> None:
    value = scene.enter(scene.session())
    end, _, rest = value.partition(".")
    soon = f"{COOKIE}={int(time.time()) + 2}.{rest}"
    later = f"{COOKIE}={int(time.time()) + LIFE_S // 5 + 5}.{rest}"
    assert int(end) > time.time() + 10
    assert not cookies_set(scene.get(cookie=later))
    assert cookies_set(scene.get(cookie=soon))


@pytest.mark.parametrize("path", ["/required/x", "/optional/x", "/second/x", "/x"])
def test_every_route_that_asks_renews(scene: IdentityStage, path: str) -> None:
    answer = scene.get(path, cookie=over(scene, scene.enter(scene.session())))
    assert answer.status_code == 200
    assert cookies_set(answer)


def test_a_public_route_renews_nothing(scene: IdentityStage) -> None:
    jar = over(scene, scene.enter(scene.session()))
    before = scene.call_outs()
    answer = scene.get("/public/x", cookie=jar)
    assert (answer.status_code, cookies_set(answer)) == (200, [])
    assert scene.call_outs() == before


def test_an_old_jar_asks_once_a_worker(scene: IdentityStage) -> None:
    """A client that never takes the new cookie, on connections of both workers."""
    jar = over(scene, scene.enter(scene.session()))
    before = scene.call_outs()
    statuses = [scene.get(cookie=jar).status_code for _ in range(40)]
    assert statuses == [200] * 40
    assert 1 <= scene.call_outs() - before <= WORKERS


def test_a_browser_asks_once(scene: IdentityStage) -> None:
    jar = over(scene, scene.enter(scene.session()))
    before = scene.call_outs()
    for _ in range(10):
        answer = scene.get(cookie=jar)
        assert answer.status_code == 200
        jar = f"{COOKIE}={cookie_set(answer)}" if cookies_set(answer) else jar
    assert scene.call_outs() - before == 1


def test_many_requests_at_once_all_succeed(scene: IdentityStage) -> None:
    jar = over(scene, scene.enter(scene.session()))
    before = scene.call_outs()
    statuses, most = at_once(scene, jar, 50)
    assert statuses == [200] * 50
    assert 1 <= scene.call_outs() - before <= most, "the others wait for the one that asks"
    before = scene.call_outs()
    statuses, most = at_once(scene, jar, 50)
    assert statuses == [200] * 50
    assert scene.call_outs() - before <= most


def test_a_page_whose_token_ran_out_asks_once(scene: IdentityStage) -> None:
    """Twenty requests at once on one connection of HTTP/2."""
    jar = over(scene, scene.enter(scene.session()))
    before, began = scene.call_outs(), time.monotonic()
    assert on_one_connection(scene, jar, 20) == [200] * 20
    assert 1 <= scene.call_outs() - before <= _most_since(began)


def test_a_session_that_has_ended_asks_once_too(scene: IdentityStage) -> None:
    from ringwall.identity import sessions

    session = scene.session()
    jar = over(scene, scene.enter(session))
    sessions.end(session, reason="a test")
    before, began = scene.call_outs(), time.monotonic()
    assert on_one_connection(scene, jar, 20) == [401] * 20
    assert 1 <= scene.call_outs() - before <= _most_since(began)


def _most_since(began: float) -> int:
    """One, and one more for each second that the answer took: then one that waits takes over."""
    return 1 + int(time.monotonic() - began)


def on_one_connection(scene: IdentityStage, jar: str, several: int) -> list[int]:
    """Statuses of requests that are all sent at the same moment."""
    first = httpx.Request("GET", scene.url("/public/x"))
    others = [httpx.Request("GET", scene.url(), headers={"cookie": jar}) for _ in range(several)]
    _, *answers = asyncio.run(scene.stage.on_one_connection([first, *others]))
    return [one.status_code for one in answers]


def test_while_a_token_still_holds_few_ask(scene: IdentityStage) -> None:
    _, _, rest = scene.enter(scene.session()).partition(".")
    jar = f"{COOKIE}={int(time.time()) + 4}.{rest}"
    before = scene.call_outs()
    statuses, most = at_once(scene, jar, 50)
    assert statuses == [200] * 50
    assert 1 <= scene.call_outs() - before <= most


def at_once(scene: IdentityStage, jar: str, several: int) -> tuple[list[int], int]:
    """Statuses of requests on connections that are open already, all sent at the same moment.

    And how often the web process may have been asked meanwhile.
    """
    began: list[float] = []
    barrier = threading.Barrier(several, lambda: began.append(time.monotonic()))

    def one(_: int) -> int:
        with scene.stage.client() as client:
            ask(client, scene.url("/public/x"))
            barrier.wait(60)
            return ask(client, scene.url(), cookie=jar).status_code

    with ThreadPoolExecutor(several) as pool:
        found = list(pool.map(one, range(several)))
    return found, WORKERS * _most_since(began[0])


@pytest.mark.parametrize("http2", [False, True])
def test_the_end_of_a_session_is_told(scene: IdentityStage, http2: bool) -> None:
    from ringwall.identity import sessions

    session = scene.session()
    jar = over(scene, scene.enter(session))
    sessions.end(session, reason="a test")
    browser = scene.get(cookie=jar, headers=NAVIGATES, http2=http2)
    program = scene.get(cookie=jar, http2=http2)
    assert (browser.status_code, program.status_code) == (302, 401)
    for answer in (browser, program):
        deleted = [one for one in answer.headers.get_list("set-cookie") if "-state" not in one]
        assert deleted == [f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"]
    optional, (nobody,) = scene.seen("/optional", cookie=jar, http2=http2)
    assert optional.status_code == 200
    assert nobody.values("x-ringwall-user") == []
    assert cookies_set(optional) == [""]


@pytest.mark.parametrize(
    "change", ["disabled", "expired", "idle", "suspended", "left"], ids=lambda name: name
)
def test_nobody_goes_on_who_may_not(scene: IdentityStage, change: str) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from ringwall.identity.models import Membership, Session

    session = scene.session()
    jar = over(scene, scene.enter(session))
    past = timezone.now() - timedelta(days=1)
    match change:
        case "disabled":
            type(session.user).objects.filter(pk=session.user.pk).update(is_active=False)
        case "expired":
            Session.objects.filter(pk=session.pk).update(expires=past)
        case "idle":
            Session.objects.filter(pk=session.pk).update(last_use=past)
        case "suspended":
            type(session.organisation).objects.filter(pk=session.organisation.pk).update(
                suspended=past
            )
        case "left":
            Membership.objects.filter(user=session.user).update(active=False)
    assert scene.get(cookie=jar).status_code == 401


def test_a_secret_is_good_at_its_own_host(scene: IdentityStage) -> None:
    session = scene.session()
    jar = over(scene, scene.enter(session))
    assert scene.get(cookie=jar, host="one.wild.localhost").status_code == 401
    assert scene.get(cookie=jar).status_code == 200
    # Now that a worker remembers what it has renewed.
    found = {scene.get(cookie=jar, host="one.wild.localhost").status_code for _ in range(8)}
    assert found == {401}


def test_made_up_secrets_are_refused(scene: IdentityStage) -> None:
    answer = scene.get(cookie=f"{COOKIE}=1.{SECRET}~e.e.e")
    assert (answer.status_code, cookies_set(answer)) == (401, [""])
    before = scene.call_outs()
    for secret in ("x", "a" * 42, "a" * 44, "a" * 5000):
        for cookie in (
            f"{COOKIE}=1.{secret}~e.e.e",
            f"{COOKIE}-again=1; {COOKIE}=1.{secret}~e.e.e",
        ):
            answer = scene.get(cookie=cookie)
            assert (answer.status_code, cookies_set(answer)) == (401, [])
    assert scene.call_outs() == before, "nobody is asked about what cannot be a secret"


def test_an_answer_that_brings_a_cookie_is_kept_by_no_cache(scene: IdentityStage) -> None:
    """Whatever the service says; all others stay as it says."""
    jar = over(scene, scene.enter(scene.session()))
    with_cookie = scene.get("/stored/x", cookie=jar)
    assert with_cookie.status_code == 200
    assert with_cookie.headers.get_list("cache-control") == ["no-store"]
    without = scene.get("/stored/x", cookie=f"{COOKIE}={cookie_set(with_cookie)}")
    assert not cookies_set(without)
    assert without.headers.get_list("cache-control") == ["public, max-age=60"]


def test_an_end_that_lies_helps_nobody(scene: IdentityStage) -> None:
    """The end in the cookie is the browser's to change; the token's own counts."""
    token = scene.sign(
        scene.claims(Purpose.SESSION, exp=int(time.time()) - 60), key=Purpose.SESSION
    )
    for end in ("9999999999", "9" * 400, "0" * 400, "1" * 20):
        answer = scene.get(cookie=f"{COOKIE}={end}.{SECRET}~{token}")
        assert answer.status_code == 401, end


def test_whoever_hangs_up_while_asking_keeps_nobody_from_it(scene: IdentityStage) -> None:
    jar = over(scene, scene.enter(scene.session()))
    with stopped(scene, "web"):
        for _ in range(4):
            with scene.stage.client() as client, pytest.raises(httpx.TimeoutException):
                ask(client, scene.url(), cookie=jar, timeout=0.2)
    assert scene.get(cookie=jar).status_code == 200


@contextmanager
def stopped(scene: IdentityStage, name: str) -> Iterator[None]:
    """A process that does not answer for a moment."""
    pid = scene.stage.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_when_nobody_can_be_asked_what_holds_goes_on(scene: IdentityStage) -> None:
    """The web process is killed: who has a token goes on, who has none is told to come again."""
    value, other = scene.enter(scene.session()), scene.enter(scene.session())
    pid = scene.stage.pid("web")
    os.kill(pid, signal.SIGSTOP)  # so that it dies while it is being asked
    try:
        holds = f"{COOKIE}={int(time.time()) + 5}.{value.partition('.')[2]}"
        ran_out = over(scene, other)
        before, called = scene.arrived(), scene.call_outs()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(scene.get, cookie=one) for one in (holds, ran_out, holds, ran_out)]
            # Whoever came later might ask the one that takes its place.
            scene.stage.wait(lambda: scene.arrived() >= before + 4)
            scene.stage.wait(lambda: scene.call_outs() >= called + 2)
            os.kill(pid, signal.SIGKILL)
            answers = [one.result() for one in asked]
    finally:
        if _is_alive(pid):
            os.kill(pid, signal.SIGCONT)
    assert [one.status_code for one in answers] == [200, 503, 200, 503]
    for one in answers[1::2]:
        assert one.headers["retry-after"] == "1"
        assert one.text == "503 Service Unavailable\n"
        assert not cookies_set(one), "the session may well be alive"
    scene.stage.wait(lambda: scene.get(cookie=ran_out).status_code == 200)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_keys_turn_under_load_without_an_error(scene: IdentityStage) -> None:
    """Before, while and after every key gets a successor, with old tokens and with new ones."""
    from datetime import UTC, datetime

    from ringwall.gateway.opening import open_gateway
    from ringwall.identity.keyring import Keyring
    from ringwall.runtime.current import current_installation

    state = scene.stage.state
    old = {purpose: scene.issue(purpose) for purpose in (Purpose.ACCESS, Purpose.KEY)}
    session = f"{COOKIE}=9999999999.{SECRET}~{scene.issue(Purpose.SESSION)}"
    renews = over(scene, scene.enter(scene.session()))
    sent: list[dict[str, Any]] = [
        {"cookie": session},
        {"cookie": renews},
        {"bearer": old[Purpose.ACCESS]},
        {"key": f"rwk_{old[Purpose.KEY]}~abcdef"},
    ]
    found: list[int] = []
    stop = threading.Event()

    def load(one: dict[str, Any]) -> None:
        with scene.stage.client() as client:
            while not stop.wait(0.01):
                found.append(ask(client, scene.url(), **one).status_code)

    with ThreadPoolExecutor(len(sent)) as pool:
        running = [pool.submit(load, one) for one in sent]
        try:
            for _ in range(3):
                now = datetime.now(UTC)
                for purpose in Purpose:
                    assert Keyring(state, purpose).turn(now, at_once=True)
                assert open_gateway(current_installation()).refresh_identity()
                time.sleep(0.7)
            # A token of the newest key, which signs from a while on, holds already.
            newest = Keyring(state, Purpose.ACCESS).keys()[-1]
            token = _signed_by(scene, newest)
            becomes(200, lambda: scene.get(bearer=token).status_code)
        finally:
            stop.set()
        for one in running:
            one.result()
    assert len(found) > 40
    assert set(found) == {200}


def _signed_by(scene: IdentityStage, key: Any) -> str:
    import jwt

    from ringwall.identity.keyring import private_key

    claims = scene.claims(Purpose.ACCESS)
    pem = private_key(key.pem)
    return jwt.encode(claims, pem, algorithm="ES256", headers={"kid": key.kid})


def test_a_key_that_is_taken_away_is_good_for_nothing(scene: IdentityStage) -> None:
    """As after a theft: its file is removed, and the edge told."""
    from datetime import UTC, datetime

    from ringwall.gateway.opening import open_gateway
    from ringwall.identity.keyring import Keyring
    from ringwall.runtime.current import current_installation

    ring = Keyring(scene.stage.state, Purpose.KEY)
    ring.turn(datetime.now(UTC), at_once=True)
    stolen = ring.signing(datetime.now(UTC))
    token = scene.issue(Purpose.KEY)
    assert scene.get(key=f"rwk_{token}~abcdef").status_code == 200
    (scene.stage.state / "identity" / "keys" / "key" / f"{stolen.kid}.json").unlink()
    open_gateway(current_installation()).refresh_identity()
    scene.stage.wait(lambda: scene.get(key=f"rwk_{token}~abcdef").status_code == 401)
