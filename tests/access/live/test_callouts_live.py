"""Call-outs of a whole Ringwall: recorded like any decision, counted, closed without an answer."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import httpx
import pytest
from tests.access.live.guarded import API, NORA, POLICIES, Guarded, Person
from tests.gateway.live.asking import ask, pids, reload
from tests.gateway.live.record import lines_of

from ringwall.gateway.callout_counts import CalloutCount, callout_counts

pytestmark = [pytest.mark.e2e, pytest.mark.alone]  # who is asked has half a second

MARKED: Final = (
    POLICIES
    + """
@id("namesakes-change")
@callout("no two parts of a path can be compared at the edge")
permit (principal is User, action == Action::"items:change", resource)
when {
  context.path has tenant && context.path has item
  && context.path.tenant == context.path.item
};

@id("not-on-odd-terms")
@callout("no two facts of a request can be counted together at the edge")
forbid (principal is User, action == Action::"items:change", resource == Route::"item")
when { context.path has item && context.path.item like "never*" }
unless { context.weekday * context.weekday > 100 };
"""
)


@pytest.fixture(scope="module")
def marked(edge: Guarded) -> Guarded:
    put(edge, MARKED)
    return edge


def put(edge: Guarded, text: str) -> None:
    (edge.stage.folder / "policies" / "all.cedar").write_text(text)
    reload(edge.stage)
    edge.stage.wait(edge.stage.is_ready)


def change(
    edge: Guarded, item: str, tenant: str = "north", who: Person = NORA, **more: Any
) -> httpx.Response:
    return edge.get(f"/v1/{tenant}/items/{item}", who=who, method="PUT", **more)


def counted(edge: Guarded) -> CalloutCount:
    (found,) = [one for one in callout_counts(edge.identity.admin) if one.route == "item"]
    return found


def recorded(edge: Guarded, answer: httpx.Response) -> dict[str, object]:
    """What the access record has of an answer."""
    name = answer.headers["x-request-id"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for found in lines_of(edge.stage.state):
            if found["request_id"] == name:
                return found
        time.sleep(0.1)
    raise AssertionError(name)


def test_what_is_asked_about_is_recorded_like_any_decision(marked: Guarded) -> None:
    allowed, denied = change(marked, "north"), change(marked, "b-1")
    assert (allowed.status_code, denied.status_code) == (200, 403)
    assert denied.json()["reference"] == denied.headers["x-request-id"]
    native = recorded(marked, change(marked, "a-1"))
    assert native["policy"] == "access:some-items-change"
    for answer, policy in ((allowed, "namesakes-change"), (denied, "default")):
        told = recorded(marked, answer)
        assert told["policy"] == f"access:{policy}"
        assert told["policies"] == native["policies"]
        assert told["action"] == "items:change"


def test_rules_of_the_edge_go_first_and_ask_nobody(marked: Guarded) -> None:
    change(marked, "north")
    before = counted(marked)
    for answer, status in (
        (change(marked, "a-1"), 200),
        (marked.get("/v1/north/items/north"), 200),
        (marked.get("/v1/south/items/north"), 403),
        (marked.get("/v1/north/list"), 200),
        (change(marked, "north", who=Person(client=True, scopes=("orders:read",))), 403),
    ):
        assert answer.status_code == status
    assert counted(marked) == before
    # A forbid that may apply is asked about, though a rule of the edge permits.
    assert change(marked, "never", "never").status_code == 403
    assert counted(marked).answered == before.answered + 1


@pytest.mark.parametrize(
    "name",
    [
        "x-ringwall-decided",
        "X-Ringwall-Decided",
        "x-ringwall-callout",
        "x-ringwall-now",
        "x-ringwall-proven",
        "x-ringwall-roles",
    ],
)
def test_a_client_says_nothing_of_its_own(marked: Guarded, name: str) -> None:
    headers = [(name, "access:namesakes-change")]
    assert change(marked, "b-1", headers=headers).status_code == 403
    assert change(marked, "north", headers=headers).status_code == 200


def test_services_are_not_told_of_it(marked: Guarded) -> None:
    line = f"PUT /v1/north/items/north HTTP/1.1\r\nHost: {API}\r\nx-mark: ~\r\n"
    found, seen = marked.send((line + "Content-Length: 0\r\n@\r\n\r\n").encode())
    assert found.statuses == (200,)
    (one,) = seen
    assert not {"x-ringwall-decided", "x-ringwall-callout"} & {name for name, _ in one.headers}


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_whoever_is_too_slow_denies(marked: Guarded) -> None:
    before = counted(marked)
    with stopped(pids(marked.stage)["callouts"]):
        began = time.monotonic()
        answer = change(marked, "north")
        assert time.monotonic() - began < 2
        assert change(marked, "a-1").status_code == 200
    assert answer.status_code == 503
    assert answer.text == "503 Service Unavailable\n"
    told = recorded(marked, answer)
    assert told["details"] == "ext_authz_error"
    assert told["policies"]
    assert counted(marked).failed == before.failed + 1
    deadline = time.monotonic() + 30
    while change(marked, "north").status_code != 200:
        assert time.monotonic() < deadline


def test_killed_it_denies_until_it_is_back(marked: Guarded) -> None:
    pid = pids(marked.stage)["callouts"]
    with stopped(marked.stage.ask("status")["supervisor"]["pid"]):  # who would start it again
        os.kill(pid, signal.SIGKILL)
        assert {change(marked, "north").status_code for _ in range(5)} == {503}
        assert change(marked, "a-1").status_code == 200
    marked.stage.wait(lambda: pids(marked.stage).get("callouts", pid) != pid)
    marked.stage.wait(marked.stage.is_ready)
    assert change(marked, "north").status_code == 200


def test_a_reload_gives_no_wrong_answer_and_drops_none(marked: Guarded) -> None:
    told: list[tuple[str, int]] = []
    done = threading.Event()
    url = f"https://{API}:{marked.stage.port}/v1/north/items"
    headers = [marked.credential(NORA, API)]

    def send() -> None:
        with marked.stage.client() as client:
            while not done.is_set():
                for item in ("north", "b-1", "now-and-then"):
                    answer = client.put(f"{url}/{item}", headers=headers)
                    told.append((item, answer.status_code))

    thread = threading.Thread(target=send)
    thread.start()
    same = "context.path.tenant == context.path.item"
    other = MARKED.replace(same, f'({same} || context.path.item == "now-and-then")')
    try:
        for text in (other, MARKED) * 3:
            (marked.stage.folder / "policies" / "all.cedar").write_text(text)
            reload(marked.stage)
            expected = 200 if text is other else 403
            assert change(marked, "now-and-then").status_code == expected
    finally:
        done.set()
        thread.join(20)
    assert {status for item, status in told if item == "north"} == {200}
    assert {status for item, status in told if item == "b-1"} == {403}
    assert {status for item, status in told if item == "now-and-then"} <= {200, 403}
    assert len(told) > 60


def test_they_are_told_by_status_and_metrics(marked: Guarded) -> None:
    change(marked, "north")
    (told,) = marked.stage.gateway_status().callouts
    assert told.route == "item"
    assert told.answered > 0
    page = httpx.get(f"http://127.0.0.1:{marked.stage.private}/metrics").text
    assert f'ringwall_callouts_total{{route="item",outcome="answered"}} {told.answered}' in page
    assert ask(marked.stage, "status")["processes"]


def test_without_marks_the_process_ends(marked: Guarded) -> None:
    put(marked, POLICIES)
    assert "callouts" not in pids(marked.stage)
    put(marked, MARKED)
    assert change(marked, "north").status_code == 200
