"""What is revoked is refused at the edge within a moment, and stays so through whatever dies."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.identity.edge.scene import COOKIE, SECRET, IdentityStage, ask, cookies_set

from ringwall.access.guarding import MACHINE
from ringwall.identity.kinds import Purpose
from ringwall.runtime.private_files import locked
from ringwall.runtime.recording.spool import LOCK, spool_of

pytestmark = pytest.mark.e2e

WITHIN_S = 5.0
"""Generous, for a busy machine; how fast it is is measured in ``bench``."""
IN_A_ROW = 8
"""Each worker of the edge takes a change for itself, and a new connection is anybody's."""


def revoke(subject: str, value: str, *, hours: int | None = 1) -> None:
    from django.utils import timezone

    from ringwall.identity import revocations
    from ringwall.identity.models import Subject

    until = None if hours is None else timezone.now() + timedelta(hours=hours)
    revocations.revoke(Subject(subject), value, until=until, reason="a test")


def lift(subject: str, value: str) -> None:
    from ringwall.identity import revocations
    from ringwall.identity.models import Subject

    revocations.lift(Subject(subject), value)


def becomes(status: int, asked: Callable[[], int]) -> float:
    """Seconds until the edge answers so and goes on to; it answers nothing else but 200 and 401."""
    begun, row, changed = time.monotonic(), 0, 0.0
    while row < IN_A_ROW:
        found = asked()
        assert found in {200, 401}
        if found == status:
            row, changed = row + 1, changed if row else time.monotonic() - begun
            continue
        assert time.monotonic() - begun < WITHIN_S, found
        row = 0
        time.sleep(0.01)
    return changed


def _is_everywhere(status: int, asked: Callable[[], int]) -> bool:
    """Whether all workers of the edge answer so."""
    return all(asked() == status for _ in range(IN_A_ROW))


def shown_as(purpose: Purpose, token: str) -> dict[str, str]:
    """A token where tokens of its kind are shown."""
    return {
        Purpose.SESSION: {"cookie": f"{COOKIE}=9999999999.{SECRET}~{token}"},
        Purpose.ACCESS: {"bearer": token},
        Purpose.KEY: {"key": f"rwk_{token}~abcdef"},
    }[purpose]


def status_of(scene: IdentityStage, **sent: str) -> Callable[[], int]:
    """What asks with some credentials, each time on a new connection."""
    return lambda: scene.get(**sent).status_code


@pytest.mark.parametrize("http2", [False, True])
@pytest.mark.parametrize("purpose", [Purpose.SESSION, Purpose.ACCESS, Purpose.KEY])
@pytest.mark.parametrize(
    ("subject", "claim"), [("session", "sid"), ("user", "sub"), ("tenant", "tenant")]
)
def test_what_is_revoked_is_refused_and_what_is_lifted_is_not(
    scene: IdentityStage, purpose: Purpose, subject: str, claim: str, http2: bool
) -> None:
    """On a connection that is open already, like on new ones."""
    value = scene.mark()
    told = {claim: value}
    shown = shown_as(purpose, scene.issue(purpose, scene.proven(**told)))
    other = shown_as(purpose, scene.issue(purpose, scene.proven(**{claim: f"{value}x"})))
    with scene.stage.client(http2=http2) as client:

        def status() -> int:
            return ask(client, scene.url(), **shown).status_code

        assert status() == 200
        revoke(subject, value)
        becomes(401, status)
        assert scene.get(**shown).status_code == 401
        assert scene.get("/optional/x", **shown).status_code == 401
        assert scene.get("/public/x", **shown).status_code == 200
        assert ask(client, scene.url(), **other).status_code == 200
        browser = ask(client, scene.url(), headers={"sec-fetch-mode": "navigate"}, **shown)
        assert browser.status_code == 302
        lift(subject, value)
        becomes(200, status)


def test_signing_out_ends_it_everywhere(scene: IdentityStage) -> None:
    from ringwall.identity import sessions

    session = scene.session()
    cookies = {
        host: f"{COOKIE}={scene.enter(session, host)}"
        for host in ("app.localhost", "one.wild.localhost")
    }
    sessions.end(session, reason="a test")
    for host, cookie in cookies.items():
        becomes(401, status_of(scene, host=host, cookie=cookie))


def test_disabling_a_person_ends_everything_of_theirs(scene: IdentityStage) -> None:
    from ringwall.identity import sessions

    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session)}"
    token = scene.issue(Purpose.ACCESS, scene.proven(sub=session.user.subject))
    sessions.disable(session.user, reason="a test")
    becomes(401, status_of(scene, cookie=cookie))
    becomes(401, status_of(scene, bearer=token))
    sessions.enable(session.user)
    becomes(200, status_of(scene, bearer=token))
    assert scene.get(cookie=cookie).status_code == 401, "an ended session stays so"


def test_suspending_an_organisation_shuts_its_members_out(scene: IdentityStage) -> None:
    from ringwall.identity import organisations

    north, south = scene.organisation(), scene.organisation()
    ada = scene.person(north, south)
    in_north = f"{COOKIE}={scene.enter(scene.session(ada, north))}"
    in_south = f"{COOKIE}={scene.enter(scene.session(ada, south))}"
    organisations.suspend(north, reason="a test", by=MACHINE)
    becomes(401, status_of(scene, cookie=in_north))
    assert scene.get(cookie=in_south).status_code == 200


def test_ten_thousand_are_refused_each(scene: IdentityStage) -> None:
    """How soon is measured in ``bench``."""
    from ringwall.identity.models import Revocation

    many(scene, "many", 10_000)
    tokens = {
        number: scene.issue(Purpose.ACCESS, scene.proven(sid=f"many{number}"))
        for number in (0, 1, 5000, 9998, 9999, 10_000)
    }
    scene.stage.wait(lambda: _is_everywhere(401, status_of(scene, bearer=tokens[9999])))
    statuses = {number: scene.get(bearer=token).status_code for number, token in tokens.items()}
    assert statuses == {0: 401, 1: 401, 5000: 401, 9998: 401, 9999: 401, 10_000: 200}
    assert scene.get(cookie=scene.jar()).status_code == 200
    victim = scene.proven()
    token = scene.issue(Purpose.ACCESS, victim)
    assert scene.get(bearer=token).status_code == 200
    revoke("session", victim.sid)
    scene.stage.wait(lambda: scene.get(bearer=token).status_code == 401)
    Revocation.objects.filter(value__startswith="many").delete()
    lift("session", "nobody")
    scene.stage.wait(lambda: scene.get(bearer=tokens[0]).status_code == 200)


def many(scene: IdentityStage, prefix: str, several: int) -> None:
    from django.utils import timezone

    from ringwall.identity.models import Revocation

    until = timezone.now() + timedelta(hours=1)
    rows = [
        Revocation(subject="session", value=f"{prefix}{number}", until=until)
        for number in range(several)
    ]
    Revocation.objects.bulk_create(rows, batch_size=500)


def test_a_revocation_lasts_as_long_as_any_token_of_it(scene: IdentityStage) -> None:
    """It is forgotten no sooner than the token that lives longest: 5 s of skew included."""
    from django.utils import timezone

    from ringwall.identity import revocations, sessions
    from ringwall.identity.models import Revocation

    session = scene.session()
    scene.enter(session)
    sessions.end(session, reason="a test")
    (found,) = Revocation.objects.filter(value=session.sid)
    life = timedelta(seconds=scene.facts.settings.token_lifetime)
    assert found.until is not None
    assert found.until >= timezone.now() + life + timedelta(seconds=10)
    assert session.sid in revocations.live(found.until - timedelta(seconds=1))["session"]
    assert session.sid not in revocations.live(found.until + timedelta(seconds=1))["session"]


@pytest.mark.parametrize("name", ["edge", "worker", "web"])
def test_it_survives_the_death_of_a_process(scene: IdentityStage, name: str) -> None:
    victim = scene.proven()
    token, good = scene.issue(Purpose.ACCESS, victim), scene.issue(Purpose.ACCESS)
    revoke("session", victim.sid)
    becomes(401, status_of(scene, bearer=token))
    pid = scene.stage.pid(name)
    os.kill(pid, signal.SIGKILL)
    scene.stage.wait(lambda: _pid(scene, name) not in {pid, None})
    scene.stage.wait(lambda: _status(scene, good) == 200)
    for _ in range(20):
        assert scene.get(bearer=token).status_code == 401
    second = scene.proven()
    later = scene.issue(Purpose.ACCESS, second)
    revoke("session", second.sid)
    scene.stage.wait(lambda: scene.get(bearer=later).status_code == 401)


def _pid(scene: IdentityStage, name: str) -> int | None:
    found = [p for p in scene.stage.status()["processes"] if p["name"] == name]
    return int(found[0]["pid"]) if found and found[0]["state"] == "ready" else None


def _status(scene: IdentityStage, token: str) -> int | None:
    import httpx

    try:
        return scene.get(bearer=token).status_code
    except httpx.HTTPError:
        return None


def test_what_is_revoked_while_the_worker_is_dead_is_refused_when_it_is_back(
    scene: IdentityStage,
) -> None:
    victim = scene.proven()
    token = scene.issue(Purpose.ACCESS, victim)
    pid = scene.stage.pid("worker")
    _stop_between_writes(pid, scene.stage.state)
    revoke("session", victim.sid)
    time.sleep(0.5)
    assert scene.get(bearer=token).status_code == 200
    os.kill(pid, signal.SIGKILL)  # which ends who is stopped, too
    scene.stage.wait(lambda: scene.get(bearer=token).status_code == 401)


def _stop_between_writes(pid: int, state: Path) -> None:
    """Stop a process when it holds no lock: whoever writes next would wait for it in vain."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        # A thread that was in the middle of a system call may still be given the lock by it.
        while not _is_stopped(pid):
            time.sleep(0.001)
        if _is_free(state):
            return
        os.kill(pid, signal.SIGCONT)
        time.sleep(0.01)


def _is_free(state: Path) -> bool:
    """Whether the tables and the spool of what was done can be written."""
    tried = sqlite3.connect(state / "tables" / "ringwall.sqlite3", timeout=0.2)
    try:
        with ExitStack() as held:
            for name in (LOCK, ".moving"):
                held.enter_context(locked(spool_of(state).with_name(name), wait=False))
            tried.execute("BEGIN IMMEDIATE")
            tried.rollback()
    except (sqlite3.OperationalError, BlockingIOError):
        return False
    finally:
        tried.close()
    return True


def _is_stopped(pid: int) -> bool:
    """Whether each thread of a process is (``proc_pid_stat(5)``)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return all((one / "stat").read_text().rpartition(")")[2].split()[0] == "T" for one in tasks)


def test_the_edge_is_told_even_if_it_was_only_written_down(scene: IdentityStage) -> None:
    """The worker died between writing down what is revoked and telling the edge."""
    from ringwall.identity import published, revocations

    victim = scene.proven()
    token = scene.issue(Purpose.ACCESS, victim)
    pid = scene.stage.pid("worker")
    _stop_between_writes(pid, scene.stage.state)
    try:
        from django.utils import timezone

        revoke("session", victim.sid)
        now = timezone.now()
        published.keep_revoked(scene.stage.state, revocations.live(now), now)
    finally:
        os.kill(pid, signal.SIGCONT)
    becomes(401, status_of(scene, bearer=token))


def test_it_survives_a_whole_restart(scene: IdentityStage) -> None:
    victim, forever = scene.proven(), scene.proven()
    tokens = [scene.issue(Purpose.ACCESS, one) for one in (victim, forever)]
    cookie = scene.jar()
    revoke("session", victim.sid)
    revoke("user", forever.sub, hours=None)
    for token in tokens:
        becomes(401, status_of(scene, bearer=token))
    scene.stage.down()
    scene.stage.up()
    for token in tokens:
        assert scene.get(bearer=token).status_code == 401
    again = scene.get(cookie=cookie)
    assert again.status_code == 200, "who is signed in stays so"


def test_what_was_revoked_while_everything_was_stopped_is_refused_from_the_first_answer_on(
    scene: IdentityStage,
) -> None:
    north, south = scene.organisation(), scene.organisation()
    key, other = (
        f"rwk_{scene.issue(Purpose.KEY, scene.proven(tenant=one.slug), hours=1)}~abcdef"
        for one in (north, south)
    )
    assert scene.get(key=key).status_code == 200
    scene.stage.down()
    done = scene.stage.command("org", "suspend", north.slug, "--reason", "a test")
    assert done.returncode == 0, done.stderr
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(first_answer, scene, key)
        scene.stage.up()
        assert first.result().status_code == 401
    assert scene.get(key=other).status_code == 200


def first_answer(scene: IdentityStage, key: str) -> httpx.Response:
    """What the edge answers as soon as it does."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return scene.get(key=key)
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_change_of_configuration_keeps_it(scene: IdentityStage) -> None:
    victim = scene.proven()
    token = scene.issue(Purpose.ACCESS, victim)
    revoke("session", victim.sid)
    becomes(401, status_of(scene, bearer=token))
    config: dict[str, Any] = {**scene.stage.config}
    config["routes"] = [*config["routes"][:-1], {**config["routes"][-1], "timeout": "7s"}]
    scene.stage.write(config)
    applied = scene.stage.command("reload")
    assert applied.returncode == 0, applied.stderr
    for _ in range(20):
        assert scene.get(bearer=token).status_code == 401


def test_a_browser_whose_session_was_revoked_can_sign_in_again(scene: IdentityStage) -> None:
    from ringwall.identity import sessions

    session = scene.session()
    cookie = f"{COOKIE}={scene.enter(session)}"
    sessions.end(session, reason="a test")
    becomes(401, status_of(scene, cookie=cookie))
    first = scene.get(cookie=cookie, headers={"sec-fetch-mode": "navigate"})
    state = next(v for v in first.headers.get_list("set-cookie") if "-state" in v)
    at_id = scene.sign_in()
    entry = scene.get_url(first.headers["location"], cookie=at_id).headers["location"]
    entered = scene.get_url(entry, cookie=f"{cookie}; {state.partition(';')[0]}")
    (fresh,) = cookies_set(entered)
    assert scene.get(cookie=f"{COOKIE}={fresh}").status_code == 200
