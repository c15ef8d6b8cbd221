"""The collector, killed at any moment: nothing is lost, nothing is there twice, all is proven."""

import json
import random
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.lake.logs import append, edge_line, own_line
from tests.lake.processes import LogProcesses, log_processes

from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import connect, events_of
from ringwall.lake.whole import verify_log
from ringwall.runtime.spool.segments import closed_name

pytestmark = pytest.mark.e2e


class Writer:
    """Appends lines as the edge does, and has the file closed now and then as jobs do."""

    def __init__(self, current: Path, count: int) -> None:
        self._current, self._count = current, count
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _run(self) -> None:
        step = 100
        for first in range(0, self._count, step):
            append(self._current, *map(edge_line, range(first, first + step)))
            if first % 1500 == 0:
                self._current.rename(closed_name(self._current, datetime.now(UTC)))
            time.sleep(0.02)


def _paths(processes: LogProcesses) -> list[str]:
    places = processes.places
    events = events_of(places)
    found = snapshot(events, places.journal)
    with events.reach(connect()) as database:
        rows = database.execute(
            f"SELECT path FROM ({found.relation()}) WHERE source = 'edge' ORDER BY index"
        ).fetchall()
    return [path for (path,) in rows]


def _require_true(processes: LogProcesses) -> None:
    findings = verify_log(processes.places.log)
    assert findings.holds, list(findings.lines())
    assert findings.unproven == 0


def test_killed_again_and_again_it_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    count, chance = 20_000, random.Random(7)
    with log_processes(tmp_path) as processes:
        with Writer(processes.places.edge[0], count) as _:
            for _ in range(8):
                time.sleep(chance.uniform(0.3, 1.2))
                processes.kill_collector()
                processes.start_collector()
        processes.wait(accepted=count)
        assert processes.stop_collector() == 0
        assert _paths(processes) == [f"/orders/{number}" for number in range(count)]
        _require_true(processes)


def test_without_a_notary_events_are_taken_and_proven_later(tmp_path: Path) -> None:
    with log_processes(tmp_path) as processes:
        processes.wait(accepted=1)
        assert processes.notary is not None
        processes.notary.kill()
        processes.notary.wait()
        append(processes.places.edge[0], *map(edge_line, range(50)))
        deadline = time.monotonic() + 20
        while processes.told().accepted < 51:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        told = processes.told()
        assert told.proven == 1
        processes.start_notary()
        processes.wait(accepted=51)
        assert processes.stop_collector() == 0
        _require_true(processes)


@pytest.mark.alone
def test_what_is_written_is_below_a_checkpoint_within_two_seconds(tmp_path: Path) -> None:
    with log_processes(tmp_path) as processes:
        processes.wait(accepted=1)
        append(processes.places.activity, own_line("a"))
        began = time.monotonic()
        checkpoint = processes.places.tree / "checkpoint"
        while b"\n2\n" not in checkpoint.read_bytes():
            time.sleep(0.01)
            assert time.monotonic() - began < 2.0


def test_a_second_collector_is_refused(tmp_path: Path) -> None:
    with log_processes(tmp_path) as processes:
        processes.wait(accepted=1)
        first = processes.collector
        processes.start_collector()
        second, processes.collector = processes.collector, first
        assert second is not None
        assert second.wait(30) == 1


def test_a_checkpoint_of_another_history_is_not_signed(tmp_path: Path) -> None:
    with log_processes(tmp_path) as processes:
        append(processes.places.edge[0], *map(edge_line, range(300)))
        processes.wait(accepted=301)
        processes.stop_collector()
        tile = next(path for path in processes.places.tree.rglob("000") if path.is_file())
        content = bytearray(tile.read_bytes())
        content[5] ^= 1
        tile.write_bytes(content)
        findings = verify_log(processes.places.log)
        assert not findings.holds
        assert json.dumps(findings.to_json())
        assert "tile" in findings.wrong[0]
