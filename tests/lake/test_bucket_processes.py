"""The collector's process over a bucket: killed, without it, before one that hangs."""

import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from tests.lake.logs import append, edge_line
from tests.lake.processes import LogProcesses, log_processes
from tests.lake.store import Store, Way, objects_of, store

from ringwall.lake.bucket import Bucket
from ringwall.lake.faring import faring
from ringwall.lake.tables import events_of
from ringwall.lake.whole import verify_log
from ringwall.runtime.processes.calls import CallRefusedError, ControlError, call_sync

pytestmark = pytest.mark.e2e


def _wait(processes: LogProcesses, what: Callable[[], object], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, f"{processes.told()}\n{processes.log()}"
        time.sleep(0.05)


def _is_of(processes: LogProcesses, pid: int) -> bool:
    """Whether the collector that runs has told something."""
    return processes.told().pid == pid


def _flush(processes: LogProcesses) -> None:
    call_sync(processes.places.ready, "flush", timeout=60.0)


def _require_true(processes: LogProcesses, count: int) -> None:
    findings = verify_log(processes.places.log)
    assert findings.holds, list(findings.lines())
    events = events_of(processes.places)
    table = events.table()
    assert table is not None
    assert events.end_of(table) >= count


class _Flushing:
    """Has rows put into the table again and again."""

    def __init__(self, processes: LogProcesses) -> None:
        self._processes, self._ended = processes, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(0.05):
            with suppress(ControlError, OSError):
                _flush(self._processes)


def test_killed_while_it_puts_rows_there_it_loses_and_doubles_nothing(
    tmp_path: Path, a_store: Store
) -> None:
    count, chance, bucket = 4_000, random.Random(11), a_store.bucket()
    with log_processes(tmp_path, bucket=bucket) as processes:
        with _Flushing(processes):
            for first in range(0, count, 500):
                append(processes.places.edge[0], *map(edge_line, range(first, first + 500)))
                assert processes.collector is not None
                pid = processes.collector.pid
                _wait(processes, partial(_is_of, processes, pid))
                time.sleep(chance.uniform(0.0, 0.8))
                processes.kill_collector()
                processes.start_collector()
        processes.wait(accepted=count)
        _flush(processes)
        assert processes.stop_collector() == 0
        _require_true(processes, count)
        commits = [one for one in objects_of(bucket) if one.startswith("_delta_log")]
        assert len(commits) > 3


def test_a_bucket_that_is_away_is_told_and_caught_up_with(tmp_path: Path, a_store: Store) -> None:
    """From the first start on: everything is accepted and proven, and the journal keeps it."""
    with (
        Way(a_store.port, is_open=False) as way,
        log_processes(tmp_path, bucket=a_store.bucket(way.endpoint)) as processes,
    ):
        append(processes.places.edge[0], *map(edge_line, range(200)))
        processes.wait(accepted=200)
        with pytest.raises(CallRefusedError, match=r"log\.bucket\.endpoint: http"):
            _flush(processes)
        _wait(processes, lambda: "put rows into the table" in processes.told().trouble, 60)
        # Upkeep may have been told of by then, in the words of what it asked for.
        alarms = list(faring(processes.places).alarms())
        assert all("log.bucket.endpoint: http" in one for one in alarms), alarms
        (alarm,) = (one for one in alarms if "put rows into the table" in one)
        assert ": log.bucket.endpoint: http" in alarm
        append(processes.places.edge[0], *map(edge_line, range(200, 300)))
        processes.wait(accepted=300)
        assert processes.told().stored == 0
        processes.kill_collector()
        processes.start_collector()
        processes.wait(accepted=300)
        way.is_open = True
        _wait(processes, lambda: processes.told().stored >= 300)
        assert list(faring(processes.places).alarms()) == []
        assert processes.stop_collector() == 0
        _require_true(processes, 300)


@pytest.mark.alone
def test_one_that_hangs_holds_up_no_checkpoint(tmp_path: Path) -> None:
    with store() as own, log_processes(tmp_path, bucket=own.bucket()) as processes:
        append(processes.places.edge[0], *map(edge_line, range(10)))
        processes.wait(accepted=10)
        _flush(processes)
        own.process.send_signal(signal.SIGSTOP)
        try:
            append(processes.places.edge[0], edge_line(10))
            time.sleep(22)  # rows are due after twenty seconds
            for number in range(11, 16):
                accepted, began = processes.told().accepted, time.monotonic()
                append(processes.places.edge[0], edge_line(number))
                processes.wait(accepted=accepted + 1)
                assert time.monotonic() - began < 3.5  # two, and one until it is told
            assert processes.told().stored < 15
        finally:
            own.process.send_signal(signal.SIGCONT)
        _wait(processes, lambda: processes.told().stored >= 16)
        assert processes.stop_collector() == 0
        _require_true(processes, 16)


def test_a_person_is_erased_there_and_retention_works(tmp_path: Path, a_store: Store) -> None:
    bucket = a_store.bucket()
    with log_processes(tmp_path, {"network": 86_400.0}, bucket) as processes:
        append(
            processes.places.edge[0],
            *(edge_line(n, user="u-mine", client="192.0.2.77") for n in range(5)),
            *map(edge_line, range(5, 10)),
        )
        processes.wait(accepted=10)
        _flush(processes)
        assert any(b"192.0.2.77" in one for one in objects_of(bucket).values())
        ready = processes.places.ready
        assert call_sync(ready, "erase", timeout=120.0, subject="u-mine", by="me") == {"events": 5}
        assert not any(b"192.0.2.77" in one for one in objects_of(bucket).values())
        assert call_sync(ready, "keep", timeout=60.0) == {"events": 0}  # they came just now
        assert processes.stop_collector() == 0
        _require_true(processes, 10)


def test_a_folder_that_is_configured_away_moves_and_not_back(
    tmp_path: Path, a_store: Store
) -> None:
    with log_processes(tmp_path) as processes:
        append(processes.places.edge[0], *map(edge_line, range(10)))
        processes.wait(accepted=10)
        assert processes.stop_collector() == 0
        bucket = processes.bucket = a_store.bucket()
        processes.start_collector()
        append(processes.places.edge[0], *map(edge_line, range(10, 20)))
        processes.wait(accepted=20)
        _flush(processes)
        assert not processes.places.events.exists()
        _stop_and_look(processes, bucket)
        processes.bucket = None
        processes.start_collector()
        append(processes.places.edge[0], *map(edge_line, range(20, 30)))
        processes.wait(accepted=30)
        with pytest.raises(CallRefusedError, match=r"log\.bucket\.uri is not given, but the table"):
            _flush(processes)
        assert not processes.places.events.exists()
        processes.stop_collector()
        processes.bucket = bucket
        processes.start_collector()
        processes.wait(accepted=30)
        _flush(processes)
        _stop_and_look(processes, bucket)


def _stop_and_look(processes: LogProcesses, bucket: Bucket) -> None:
    assert processes.stop_collector() == 0
    processes.bucket = bucket
    _require_true(processes, 20)
