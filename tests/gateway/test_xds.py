"""Files reach a running Envoy in order, whole, and can all be put back."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.ports import free_port

from ringwall.gateway import xds
from ringwall.gateway.admin import Admin
from ringwall.gateway.binary import envoy_path
from ringwall.gateway.envoy import overload
from ringwall.gateway.envoy.bootstrap import bootstrap
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.gateway.envoy.listeners import listener, plain_chain
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.resources import Folder, Json, extension
from ringwall.gateway.handover import Handover
from ringwall.runtime.configuration import Address

PEER: Json = {"@type": "type.googleapis.com/x.Secret", "name": "peer:one", "text": "a"}


def rendering(
    folder: Path, *clusters: str, port: int | None = None, heap: int = 2**29
) -> Rendering:
    """Clusters by name and at most one silent listener, as Envoy really reads them."""
    silent = extension(
        "envoy.filters.network.direct_response",
        "envoy.extensions.filters.network.direct_response.v3.Config",
    )
    return Rendering(
        bootstrap=bootstrap(
            node="test",
            folder=Folder(str(folder)),
            admin_socket=str(folder.parent / "admin.sock"),
            overload=overload.overload_manager(heap=heap, connections=100),
            runtime=overload.connection_limits({"door": 10}),
        ),
        clusters=tuple(local_cluster(name, Address(path="nowhere.sock")) for name in clusters),
        listeners=(
            ()
            if port is None
            else (
                listener(
                    "door", Address(host="127.0.0.1", port=port), chains=[plain_chain(silent)]
                ),
            )
        ),
    )


def stage(
    folder: Path, wanted: Rendering, secret: Json = PEER, wide: Json | None = None
) -> Handover:
    handover = Handover(folder, admin=Admin(folder.parent / "admin.sock"))
    name = "sds/peer.json"
    handover.stage(
        wanted, wanted, version="1", secrets={name: secret}, wide_secrets={name: wide or secret}
    )
    return handover


def names(folder: Path) -> list[str]:
    return [one["name"] for one in xds.resources(folder / "cds.json")]


def ports(folder: Path) -> list[int]:
    (door,) = xds.resources(folder / "lds.json")
    found = [door["address"], *(one["address"] for one in door.get("additional_addresses", ()))]
    return [one["socket_address"]["port_value"] for one in found]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An xDS folder in which a first configuration, with clusters one and two, is in force."""
    place = tmp_path / "xds"
    handover = stage(place, rendering(place, "one", "two", port=1))
    handover.widen()
    handover.turn()
    handover.narrow()
    return place


def test_both_clusters_are_known_until_nothing_leads_to_the_old(folder: Path) -> None:
    handover = stage(folder, rendering(folder, "two", "three", port=2))
    assert names(folder) == ["one", "two"]
    handover.widen()
    assert names(folder) == ["two", "three", "one"]
    assert ports(folder) == [1]
    handover.turn()
    assert names(folder) == ["two", "three", "one"]
    assert ports(folder) == [2, 1]
    handover.narrow()
    assert names(folder) == ["two", "three"]
    assert ports(folder) == [2]


def test_callers_of_before_are_let_in_until_the_end(folder: Path) -> None:
    after, wide = {**PEER, "text": "b"}, {**PEER, "text": "a and b"}
    handover = stage(folder, rendering(folder, "one", "two", port=1), after, wide)
    told = []
    for step in (handover.widen, handover.turn, handover.narrow):
        step()
        told.append(xds.resources(folder / "sds" / "peer.json")[0]["text"])
    assert told == ["a and b", "a and b", "b"]


def test_staging_touches_nothing_that_is_read(folder: Path) -> None:
    before = snapshot(folder)
    stage(folder, rendering(folder, "three")).clear()
    assert snapshot(folder) == before


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_put_back_restores_every_byte(folder: Path, steps: int) -> None:
    before = snapshot(folder)
    wanted = rendering(folder, "three", "four", heap=2**30)
    handover = stage(folder, wanted, {**PEER, "text": "b"}, {**PEER, "text": "a and b"})
    for step in (handover.widen, handover.turn)[:steps]:
        step()
    handover.put_back()
    assert snapshot(folder) == before


def test_put_back_takes_away_what_was_not_there(tmp_path: Path) -> None:
    place = tmp_path / "xds"
    handover = stage(place, rendering(place, "one"))
    handover.widen()
    handover.turn()
    handover.put_back()
    assert snapshot(place) == {}


def test_what_says_the_same_is_not_written_again(folder: Path) -> None:
    before = {path: path.stat().st_ino for path in folder.rglob("*.json")}
    handover = stage(folder, rendering(folder, "one", "two", port=1))
    handover.widen()
    handover.turn()
    handover.narrow()
    after = {path: path.stat().st_ino for path in folder.rglob("*.json")}
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed <= {"bootstrap.json"}


def test_a_damaged_file_is_replaced(folder: Path) -> None:
    (folder / "lds.json").write_text("{")
    (folder / "cds.json").write_bytes(b"")
    handover = stage(folder, rendering(folder, "one", "two", port=1))
    handover.widen()
    handover.turn()
    handover.narrow()
    assert names(folder) == ["one", "two"]
    assert len(xds.resources(folder / "lds.json")) == 1


def test_leftovers_of_a_killed_change_are_cleared_away(folder: Path) -> None:
    stage(folder, rendering(folder, "three")).widen()
    (folder / "sds" / ".new-0123").write_text("half")
    handover = stage(folder, rendering(folder, "two"))
    handover.widen()
    handover.turn()
    handover.narrow()
    assert names(folder) == ["two"]
    assert not list(folder.rglob(".*"))


def test_everything_is_for_its_owner_alone(folder: Path) -> None:
    stage(folder, rendering(folder, "three"))
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_files_are_renamed_over_never_written_in_place(folder: Path) -> None:
    with (folder / "cds.json").open("rb") as old:
        before = old.read()
        handover = stage(folder, rendering(folder, "three"))
        handover.widen()
        handover.turn()
        handover.narrow()
        old.seek(0)
        assert old.read() == before
    assert xds.write_json(folder / "x.json", {"a": 1})
    assert not xds.write_json(folder / "x.json", {"a": 1})


@contextmanager
def envoy(folder: Path) -> Iterator[tuple[Admin, subprocess.Popen[bytes]]]:
    admin = Admin(folder.parent / "admin.sock")
    process = subprocess.Popen(
        [
            str(envoy_path()),
            "-c",
            str(folder / "bootstrap.json"),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "-l",
            "off",
        ],
        cwd=folder.parent,
    )
    try:
        deadline = time.monotonic() + 20
        while not admin.ready():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield admin, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.e2e
def test_a_running_envoy_is_asked_whether_it_took_each_file(tmp_path: Path) -> None:
    folder, port = tmp_path / "xds", free_port()
    first = stage(folder, rendering(folder, "one", port=port))
    first.widen()
    first.turn()
    first.narrow()
    (folder / "sds" / "peer.json").unlink()
    with envoy(folder) as (admin, _):
        before = snapshot(folder)
        wanted = rendering(folder, "two", port=free_port())
        handover = stage(folder, wanted)
        handover.widen()
        assert xds.counters(admin, xds.CLUSTERS)["cluster_manager.cds.update_success"] == 2
        handover.turn()
        assert xds.counters(admin, xds.LISTENERS)["listener_manager.lds.update_success"] == 2
        handover.put_back()
        assert snapshot(folder) == before

        bad = rendering(folder, "one", port=port)
        bad.clusters[0]["connect_timeout"] = "-1s"
        handover = stage(folder, bad)
        began = time.monotonic()
        with pytest.raises(xds.NotAcceptedError, match=r"refused cds\.json"):
            handover.widen()
        assert time.monotonic() - began < 3
        handover.put_back()
        assert snapshot(folder) == before
        deadline = time.monotonic() + 20
        while set(_clusters(admin)) != {"one"}:
            assert time.monotonic() < deadline, _clusters(admin)
            time.sleep(0.02)


@pytest.mark.e2e
def test_an_envoy_that_dies_meanwhile_reads_the_files_as_it_starts(tmp_path: Path) -> None:
    folder = tmp_path / "xds"
    first = stage(folder, rendering(folder, "one", port=free_port()))
    first.widen()
    first.turn()
    first.narrow()
    with envoy(folder) as (_, process):
        handover = stage(folder, rendering(folder, "two", port=free_port()))
        process.kill()
        began = time.monotonic()
        handover.widen()
        handover.turn()
        handover.narrow()
        assert time.monotonic() - began < 2
    with envoy(folder) as (admin, _):
        assert set(_clusters(admin)) == {"two"}


def _clusters(admin: Admin) -> list[str]:
    return [one["name"] for one in admin.json("/clusters?format=json")["cluster_statuses"]]
