"""After a power cut: what Delta's library left unsynced is taken back, and made anew."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line

from ringwall.lake import lasting
from ringwall.lake.collecting import Collector
from ringwall.lake.journal import Journal
from ringwall.lake.tables import Events
from ringwall.lake.upkeep import clean, compact


class Machine:
    """A machine whose power can be cut; what a table has synced by then is there afterwards."""

    def __init__(self, scene: LogScene, monkeypatch: pytest.MonkeyPatch) -> None:
        self._scene, self._boots = scene, 0
        monkeypatch.setattr(lasting, "boot_identity", lambda: f"boot {self._boots}")

    def cut(self, *, loses: str = "all") -> None:
        """Empty what was not synced, as file systems do that write names first."""
        table = self._scene.places.events
        before = lasting.noted(table)
        since = lasting.NOTHING if before is None else before.version
        fresh = [one for one in lasting._versions(table / "_delta_log") if one > since]
        commits = [table / "_delta_log" / f"{one:020d}.json" for one in fresh]
        rows = [table / one for one in lasting._added(commits)]
        for path in {"all": [*rows, *commits], "rows": rows, "commits": commits}[loses]:
            os.truncate(path, 0)
        self._boots += 1

    def starts_again(self) -> None:
        """All of it in order."""
        self._boots += 1


@pytest.fixture
def scene(tmp_path: Path) -> LogScene:
    return LogScene(tmp_path)


@pytest.fixture
def machine(scene: LogScene, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(scene, monkeypatch)


def _say(scene: LogScene, first: int, count: int) -> None:
    append(scene.places.edge[0], *map(edge_line, range(first, first + count)))


def _flush_unsynced(scene: LogScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put into the table what there is; the power goes before that is on the disk."""

    def goes(self: Events) -> None:
        raise OSError("the power goes")

    with monkeypatch.context() as patch:
        patch.setattr(Events, "sync", goes)
        with pytest.raises(OSError, match="the power goes"):
            scene.collect(flush=True)


@pytest.mark.parametrize("loses", ["all", "rows", "commits"])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_what_was_not_on_the_disk_is_made_anew(
    scene: LogScene, machine: Machine, monkeypatch: pytest.MonkeyPatch, before: int, loses: str
) -> None:
    for number in range(before):
        _say(scene, 10 * number, 10)
        scene.collect(flush=True)
    _say(scene, 10 * before, 10)
    _flush_unsynced(scene, monkeypatch)
    machine.cut(loses=loses)
    _say(scene, 10 * before + 10, 5)
    scene.collect(flush=True)
    scene.require_true(10 * before + 15)


def test_nothing_is_forgotten_before_it_is_on_the_disk(
    scene: LogScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    seen: list[int] = []
    fsync, forget = os.fsync, Journal.forget

    def noting(descriptor: int) -> None:
        fsync(descriptor)
        synced.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

    def forgetting(self: Journal, before: int) -> None:
        table = Events(scene.places.events).table()
        assert table is not None
        log = scene.places.events / "_delta_log"
        missing = {*table.file_uris(), *map(str, log.glob("*.json"))} - synced
        assert not missing
        assert {str(log), str(scene.places.events), *_folders(table.file_uris())} <= synced
        seen.append(before)
        forget(self, before)

    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(Journal, "forget", forgetting)
    for number in range(3):
        _say(scene, 10 * number, 10)
        scene.collect(flush=True)
    assert seen == [10, 20, 30]


def _folders(files: list[str]) -> set[str]:
    return {str(Path(one).parent) for one in files}


def test_an_orderly_start_takes_nothing_back(scene: LogScene, machine: Machine) -> None:
    _say(scene, 0, 10)
    scene.collect(flush=True)
    version = _version(scene)
    machine.starts_again()
    scene.collect()
    assert _version(scene) == version
    scene.require_true(10)


def test_a_kill_within_one_boot_takes_nothing_back(
    scene: LogScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _say(scene, 0, 10)
    _flush_unsynced(scene, monkeypatch)
    version = _version(scene)
    with scene.collector() as one:
        assert one.waiting == 0, "what is in the table does not wait"
    assert _version(scene) == version
    scene.require_true(10)


def test_upkeep_that_was_not_on_the_disk_is_done_again(
    scene: LogScene, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        _say(scene, 10 * number, 10)
        scene.collect(flush=True)
    tomorrow = scene.rows("day")[-1][0] + timedelta(days=1)
    assert compact(scene.events, today=tomorrow) == 4
    machine.cut()
    scene.collect()
    scene.require_true(40)
    assert compact(scene.events, today=tomorrow) == 4
    clean(scene.events, hours=0)
    machine.cut()
    scene.collect()
    scene.require_true(40)
    assert len(_files(scene)) == 1, "what was compacted is gone for good"


def test_what_the_journal_has_no_more_is_not_taken_back(scene: LogScene, machine: Machine) -> None:
    """The mark is of an older copy: whatever the table has is all there is of it."""
    _say(scene, 0, 10)
    scene.collect(flush=True)
    older = lasting.mark_of(scene.places.events).read_bytes()
    _say(scene, 10, 10)
    scene.collect(flush=True)
    lasting.mark_of(scene.places.events).write_bytes(older)
    machine.starts_again()
    scene.collect()
    scene.require_true(20)


def test_a_table_whose_file_is_missing_is_not_relied_upon(scene: LogScene) -> None:
    _say(scene, 0, 10)
    scene.collect()
    with scene.collector() as one:
        _lose_a_file(one, scene)
    assert Journal(scene.places.journal).batches()[0].first == 0, "the journal has it still"


def _lose_a_file(one: Collector, scene: LogScene) -> None:
    sync = Events.sync

    def losing(self: Events) -> None:
        min(scene.places.events.rglob("*.parquet")).unlink()
        sync(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Events, "sync", losing)
        with pytest.raises(FileNotFoundError):
            one.flush()


def _version(scene: LogScene) -> int:
    table = scene.events.table()
    assert table is not None
    return table.version()


def _files(scene: LogScene) -> list[Path]:
    return list(scene.places.events.glob("day=*/*/*.parquet"))
