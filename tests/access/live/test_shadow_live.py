"""A shadow of a whole Ringwall: counted, told, ended; what is in force decides on."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.access.live.guarded import API, NORA, POLICIES, Guarded, Person
from tests.gateway.live.asking import ask, pids, reload

from ringwall.gateway.shadow_status import ShadowStatus, shadow_status

pytestmark = pytest.mark.e2e

CHANGED: Final = (
    POLICIES.replace('"read", resource)', '"read", resource == Route::"item")', 1)
    + """
@id("south-is-open")
permit (principal is User, action in Action::"read", resource == Route::"list")
when { resource has tenant && resource.tenant == Tenant::"south" && principal.proven_ago < 86400 };
"""
)
CORA: Final = Person(name="cora", roles=("customer",))


@pytest.fixture
def folder(edge: Guarded, tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "all.cedar").write_text(CHANGED)
    yield tmp_path
    ask(edge.stage, "shadow_stop", author="tests")
    put(edge, POLICIES)


def put(edge: Guarded, text: str) -> None:
    (edge.stage.folder / "policies" / "all.cedar").write_text(text)
    reload(edge.stage)


def start(edge: Guarded, folder: Path, seconds: float = 3600.0) -> dict[str, object]:
    return ask(edge.stage, "shadow_start", author="ada", folder=str(folder), seconds=seconds)


def status(edge: Guarded) -> ShadowStatus:
    return shadow_status(edge.stage.gateway())


def until(edge: Guarded, condition: Callable[[ShadowStatus], bool], within: float = 60) -> None:
    deadline = time.monotonic() + within
    while not condition(found := status(edge)):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def differing(found: ShadowStatus) -> int:
    assert found.counted is not None
    return sum(one.requests for one in found.counted.differences)


def read(edge: Guarded, tenant: str, who: Person = NORA) -> httpx.Response:
    return edge.get(f"/v1/{tenant}/list", who=who)


def test_what_would_differ_is_counted_and_told(edge: Guarded, folder: Path) -> None:
    before = pids(edge.stage)
    with edge.stage.client() as client:
        headers = [edge.credential(NORA, API)]
        url = f"https://{API}:{edge.stage.port}/v1/north/list"
        assert client.get(url, headers=headers).status_code == 200
        (connection,) = client._transport._pool.connections  # type: ignore[attr-defined]
        assert "refused" not in start(edge, folder)
        assert client.get(url, headers=headers).status_code == 200
        assert client._transport._pool.connections == [connection]  # type: ignore[attr-defined]
    assert pids(edge.stage) == before
    assert [read(edge, "north", who).status_code for who in (NORA, CORA)] == [200, 200]
    denied = read(edge, "south")
    assert denied.status_code == 403
    assert edge.get("/v1/north/items/a-1").status_code == 200
    until(edge, lambda one: differing(one) == 4)
    found = status(edge)
    assert found.shadow is not None
    assert found.counted is not None
    assert found.shadow.author == "ada"
    assert found.differing.keys() >= {"list"}
    assert "item" not in found.differing
    assert found.counted.compared == 4
    taken, given = sorted(found.counted.differences, key=lambda one: one.would, reverse=True)
    assert (taken.would, taken.requests, sorted(taken.who)) == ("denied", 3, ["cora", NORA.name])
    assert (taken.policy, taken.by) == ("members-read", "default")
    assert (given.would, given.requests) == ("allowed", 1)
    assert (given.policy, given.by) == ("default", "south-is-open")
    assert given.examples[0]["request_id"] == denied.headers["x-request-id"]
    assert given.action == "GET"


def test_it_stays_through_changes_and_restarts(edge: Guarded, folder: Path) -> None:
    start(edge, folder)
    read(edge, "north")
    until(edge, lambda one: differing(one) == 1)
    put(edge, POLICIES + '\n@id("more") forbid (principal, action, resource == Route::"mail");')
    assert read(edge, "north").status_code == 200
    until(edge, lambda one: differing(one) == 2)
    edge.stage.down()
    edge.stage.up()
    assert read(edge, "north").status_code == 200
    until(edge, lambda one: differing(one) == 3)
    found = status(edge).counted
    assert found is not None
    assert found.compared == 3


def test_it_ends_once_what_is_in_force_decides_alike(edge: Guarded, folder: Path) -> None:
    start(edge, folder)
    read(edge, "north")
    until(edge, lambda one: differing(one) == 1)
    put(edge, CHANGED)
    found = status(edge)
    assert found.shadow is None
    assert found.ended[-1]["why"] == "it decides as what is in force does"
    assert found.ended[-1]["counted"]["differing"] == 1
    assert read(edge, "north").status_code == 403


def test_it_ends_after_its_time(edge: Guarded, folder: Path) -> None:
    start(edge, folder, seconds=2.0)
    # It is looked at every 20 s while none runs that would end sooner.
    until(edge, lambda one: one.shadow is None)
    assert status(edge).ended[-1]["why"] == "its time is over"
    edge.stage.wait(lambda: b'"shadow_' not in tables(edge))


def tables(edge: Guarded) -> bytes:
    return (edge.stage.state / "xds" / "edge" / "rds-edge.json").read_bytes()


def test_it_costs_nothing_where_nothing_differs_and_once_it_is_stopped(
    edge: Guarded, folder: Path
) -> None:
    without = tables(edge)
    start(edge, folder)
    assert tables(edge).count(b'"shadow_matcher"') == tables(edge).count(b'"shadow":"')
    assert b'"shadow_matcher"' in tables(edge)
    answer = ask(edge.stage, "shadow_stop", author="ada")
    assert answer == {"ended": "it was stopped"}
    assert resources(tables(edge)) == resources(without)
    assert status(edge).ended[-1]["by"] == "ada"


def resources(table: bytes) -> bytes:
    return table.partition(b',"version_info"')[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('@id("a") permit (principal in Role::"nobody", action, resource);', "all.cedar:1:37"),
        (POLICIES, "it decides as what is in force does"),
    ],
)
def test_what_cannot_run_is_refused(edge: Guarded, folder: Path, text: str, reason: str) -> None:
    (folder / "all.cedar").write_text(text)
    answer = start(edge, folder)
    refused = answer["refused"]
    assert isinstance(refused, dict)
    assert reason in str(refused["reason"])
    assert all(str(folder) in one["text"] for one in refused["problems"])
    assert status(edge).shadow is None


def test_only_one_runs(edge: Guarded, folder: Path) -> None:
    start(edge, folder)
    answer = start(edge, folder)
    assert "`ringwall access shadow stop` ends it" in str(answer["refused"])


def test_commands_tell_of_it(edge: Guarded, folder: Path) -> None:
    started = edge.stage.command("access", "shadow", "start", str(folder), "--for", "2h")
    assert started.returncode == 0, started.stderr
    read(edge, "north")
    until(edge, lambda one: differing(one) == 1)
    told = edge.stage.command("access", "shadow", "status")
    assert told.returncode == 0, told.stderr
    print(told.stdout)
    assert "1 would come out otherwise" in told.stdout
    assert "it would have denied 1 request of 1 person or program" in told.stdout
    stopped = edge.stage.command("access", "shadow", "stop")
    assert stopped.returncode == 0, stopped.stderr
    again = edge.stage.command("access", "shadow", "stop")
    assert again.returncode != 0
    assert "no shadow runs" in again.stderr
