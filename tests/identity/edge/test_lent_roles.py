"""A role for some time ends at the edge when its time is over, whoever is there to end it."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from tests.gateway.live.record import text_of
from tests.identity.edge.scene import COOKIE, IdentityStage, identity_stage
from tests.identity.edge.test_revocation import _stop_between_writes

pytestmark = pytest.mark.e2e

LEFT_S: Final = 14
"""Of the role, when the worker is stopped: a token of it ends five before."""
OFFERED: Final = {"requests": {"roles": {"approver": {"requestable_by": ["buyer"]}}}}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, _django: Path) -> Iterator[IdentityStage]:
    """An installation where buyers ask to be approvers."""
    folder = tmp_path_factory.mktemp("edge")
    with identity_stage(folder, _django, access=OFFERED) as running:
        yield running


def granted(scene: IdentityStage) -> tuple[Any, Any]:
    """A buyer whose request to be an approver was approved by another; their session."""
    from ringwall.identity.requesting import moves

    place = scene.organisation()
    ada = scene.person(place, roles=("buyer",))
    boss = scene.person(place, roles=("administrator",))
    hour, session = timedelta(hours=1), scene.session(ada, place)
    made = moves.make(place, ada, ["approver"], lasts=hour, reason="month end", by=ada)
    return session, moves.approve(made, by=boss)


def roles(scene: IdentityStage, client: httpx.Client) -> set[str]:
    """What the service is told of the roles of a browser."""
    mark = scene.mark()
    answer = client.get(scene.url(f"/required/{mark}"))
    assert answer.status_code == 200, _why(scene, mark, answer)
    (seen,) = scene.about(mark)
    (told,) = seen.values("x-ringwall-roles")
    return set(told.split(","))


def _why(scene: IdentityStage, mark: str, answer: httpx.Response) -> str:
    """What the edge recorded of a request, and what the processes logged."""
    scene.stage.wait(lambda: mark in text_of(scene.stage.state))
    record = [one for one in text_of(scene.stage.state).splitlines() if mark in one]
    return "\n".join([answer.text, *record, scene.stage.log()])


@pytest.fixture
def browser(scene: IdentityStage) -> Iterator[httpx.Client]:
    """A client that keeps cookies and follows redirects."""
    with scene.stage.client() as client:
        client.follow_redirects = True
        client.headers["sec-fetch-mode"] = "cors"
        yield client


def bring(scene: IdentityStage, browser: httpx.Client, session: Any) -> None:
    browser.cookies.set(COOKIE, scene.enter(session), domain="app.localhost", path="/")


def test_it_ends_in_time_though_the_worker_is_dead(
    scene: IdentityStage, browser: httpx.Client
) -> None:
    from django.utils import timezone

    from ringwall.identity.models import AccessRequest

    session, made = granted(scene)
    ends = timezone.now() + timedelta(seconds=LEFT_S)
    AccessRequest.objects.filter(pk=made.pk).update(ends=ends)
    bring(scene, browser, session)
    assert roles(scene, browser) == {"approver", "buyer"}
    # Somebody who keeps the token and does not let the edge renew it.
    value = browser.cookies[COOKIE].strip('"').partition(".")[2]
    kept = f"{COOKIE}=9999999999.{value}"
    pid = scene.stage.pid("worker")
    _stop_between_writes(pid, scene.stage.state)
    try:
        last = {"renewed": 0.0, "kept": 0.0}
        while (now := time.time()) < ends.timestamp() + 1.5:
            if "approver" in roles(scene, browser):
                last["renewed"] = now
            if scene.get(cookie=kept).status_code == 200:
                last["kept"] = now
            time.sleep(0.1)
        for how, at in last.items():
            assert LEFT_S - 9 < at - (ends.timestamp() - LEFT_S) < LEFT_S, how
        assert roles(scene, browser) == {"buyer"}
        assert AccessRequest.objects.get(pk=made.pk).state == "granted", "nobody wrote it down"
    finally:
        os.kill(pid, signal.SIGKILL)
    scene.stage.wait(lambda: AccessRequest.objects.get(pk=made.pk).state == "over")
    assert roles(scene, browser) == {"buyer"}


def test_it_begins_and_ends_early_at_once(scene: IdentityStage, browser: httpx.Client) -> None:
    from ringwall.identity.requesting import moves

    place = scene.organisation()
    ada = scene.person(place, roles=("buyer",))
    boss = scene.person(place, roles=("administrator",))
    bring(scene, browser, scene.session(ada, place))
    assert roles(scene, browser) == {"buyer"}
    hour = timedelta(hours=1)
    made = moves.make(place, ada, ["approver"], lasts=hour, reason="month end", by=ada)
    moves.approve(made, by=boss)
    scene.stage.wait(lambda: roles(scene, browser) == {"approver", "buyer"}, within=10)
    moves.end(made, by=boss, reason="done")
    scene.stage.wait(lambda: roles(scene, browser) == {"buyer"}, within=10)
