"""What is in the log goes from the spools: by and by, or at once where a person is erased."""

import gzip
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line, files_below, own_line

from ringwall.lake import emptying
from ringwall.lake.emptying import StillWrittenError, delete_read, empty
from ringwall.lake.erasing import erase
from ringwall.runtime.spool.keeping import Keeping, keep
from ringwall.runtime.spool.segments import closed_segments

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


class Envoy:
    """Writes lines into a file that it keeps open, until it is asked to make a new one."""

    def __init__(self, path: Path) -> None:
        self.path, self.count, self._lock = path, 0, threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._open()

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, **said: object) -> None:
        with self._lock:
            os.write(self._file, edge_line(self.count, **said))
            self.count += 1

    def reopen(self) -> None:
        with self._lock:
            os.close(self._file)
            self._open()

    def end(self) -> None:
        os.close(self._file)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Other people's requests come all the time."""
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.002):
                self.write(user="u-other", client="198.51.100.9")

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield
        finally:
            over.set()
            asking.join()


@pytest.fixture
def scene(tmp_path: Path) -> LogScene:
    return LogScene(tmp_path)


@pytest.fixture
def envoy(scene: LogScene) -> Iterator[Envoy]:
    writing = Envoy(scene.places.edge[0])
    yield writing
    writing.end()


def holding(scene: LogScene, text: str) -> list[Path]:
    """The files of the state folder that have a text, in any form."""
    found = []
    for path in files_below(scene.places.state):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        if text.encode() in content:
            found.append(path)
    return found


def compress(path: Path, at: datetime) -> None:
    keeping = Keeping(days=90, size=2**40, segment=1, least_free=0)
    for later in (timedelta(), timedelta(minutes=11)):
        for _ in keep(
            path, now=at + later, keeping=keeping, began=lambda _: None, reopen=path.touch
        ):
            pass


def test_a_person_is_gone_from_every_file_while_others_go_on(scene: LogScene, envoy: Envoy) -> None:
    for path in (scene.places.edge[1], scene.places.intake):
        append(path, b"")
    append(scene.places.activity, own_line("a", personal={"u-mine": {"message": "192.0.2.77"}}))
    append(scene.places.intake, intake_line("b"))
    envoy.write(user="u-mine", client="192.0.2.77")
    compress(envoy.path, datetime.now(UTC))  # and the writer goes on in the file that was closed
    envoy.reopen()
    with envoy.busy(), (opened := scene.collector()) as collector:
        collector.turn()
        envoy.write(user="u-mine", client="192.0.2.77")
        assert len(holding(scene, "192.0.2.77")) >= 3
        gone = empty(collector, reopen=envoy.reopen, turn=collector.turn)
        assert len([name for name in gone if name.startswith("access-")]) >= 2
        collector.flush()
        erase(
            "u-mine",
            events=scene.events,
            log=scene.places.log,
            subjects=opened.subjects,
            accept=collector.accept,
            now=scene.clock(),
            by="tests",
        )
        assert holding(scene, "192.0.2.77") == []
    assert scene.collect() > 0
    require_each_once(scene, envoy)
    assert scene.rows("uid", "severity_id = 4") == []
    with scene.collector() as collector:  # and again, with nothing new
        before = scene.rows("index")
        empty(collector, reopen=envoy.reopen, turn=collector.turn)
    scene.collect(flush=True)
    assert scene.rows("index") == before


def test_a_line_that_broke_off_is_evidence_before_its_file_goes(
    scene: LogScene, envoy: Envoy
) -> None:
    envoy.write()
    append(envoy.path, edge_line(1)[:40])
    with scene.collector() as collector:
        collector.turn()
        empty(collector, reopen=envoy.reopen, turn=collector.turn)
    scene.collect(flush=True)
    assert [source for (source,) in scene.rows("source")] == ["edge", "quarantine"]
    scene.require_true(2)


def require_each_once(scene: LogScene, envoy: Envoy) -> None:
    found = scene.rows("uid", "kind = 'edge/1'")
    assert [uid for (uid,) in found] == [f"{number:032x}" for number in range(envoy.count)]
    checked = scene.check()
    assert checked.fault is None, checked.fault


def intake_line(uid: str) -> bytes:
    line = {
        **json.loads(own_line(uid, personal={"u-mine": {"src_endpoint": {"ip": "192.0.2.77"}}}))
    }
    return json.dumps({**line, "received": 1, "source": "service/shop"}).encode() + b"\n"


@pytest.mark.parametrize("at", ["finish", "first", "second"])
def test_killed_while_it_is_emptied_nothing_is_read_again_or_missed(
    scene: LogScene, envoy: Envoy, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    for _ in range(3):
        envoy.write()
        compress(envoy.path, datetime.now(UTC))
        envoy.reopen()
    envoy.write()
    monkeypatch.setattr(emptying, "_BUFFERED_S", 0.0)
    left = {"finish": 0, "first": 1, "second": 2}[at]

    def killed(path: Path, **_: object) -> None:
        nonlocal left
        if left == 0:
            raise KeyboardInterrupt
        left -= 1
        real(path, missing_ok=True)

    real = Path.unlink
    with monkeypatch.context() as patched, scene.collector() as collector:
        collector.turn()
        patched.setattr(emptying, "remove_leftovers", lambda _: None)
        patched.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            empty(collector, reopen=envoy.reopen, turn=collector.turn)
    envoy.write()
    scene.collect()
    envoy.write()
    with scene.collector() as collector:
        empty(collector, reopen=envoy.reopen, turn=collector.turn)
        assert closed_segments(envoy.path) == []
    envoy.write()
    scene.collect(flush=True)
    require_each_once(scene, envoy)
    assert scene.rows("uid", "severity_id = 4") == []


def test_what_is_still_written_stays_and_that_is_said(
    scene: LogScene, envoy: Envoy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "_CLOSED_WITHIN_S", 0.3)
    envoy.write()

    def refuses() -> None:
        raise ConnectionError

    with scene.collector() as collector:
        with pytest.raises(StillWrittenError, match="is still being written"):
            empty(collector, reopen=refuses, turn=collector.turn)
        assert len(closed_segments(envoy.path)) == 1
        envoy.write()
        empty(collector, reopen=envoy.reopen, turn=collector.turn)
        assert closed_segments(envoy.path) == []
    scene.collect()
    require_each_once(scene, envoy)


def test_read_segments_go_after_a_day_and_no_others(scene: LogScene, envoy: Envoy) -> None:
    for day in range(4):
        envoy.write()
        compress(envoy.path, NOW - timedelta(days=4 - day))
        envoy.reopen()
    with scene.collector() as collector:
        (spool,) = [one for one in collector.spools if one.name == "edge"]
        assert delete_read(spool, collector, now=NOW) == [], "nothing was read"
        collector.turn()
        gone = delete_read(spool, collector, now=NOW)
        # That of the mark stays, and what was closed within a day.
        assert len(gone) == 3
        assert len(closed_segments(envoy.path)) == 1
        assert delete_read(spool, collector, now=NOW) == []
    envoy.write()
    scene.collect(flush=True)
    require_each_once(scene, envoy)


def test_a_file_that_went_unread_is_told_once_and_reading_goes_on(
    scene: LogScene, envoy: Envoy
) -> None:
    envoy.write()
    scene.collect()
    envoy.write()  # nobody reads this
    compress(envoy.path, NOW)
    for one in closed_segments(envoy.path):
        one.path.unlink()
    envoy.reopen()
    for _ in range(2):
        scene.collect()
    (told,) = scene.rows("message, raw", "severity_id = 4")
    assert told[0].startswith("lines of the spool edge were lost")
    assert json.loads(told[1])["unmapped"]["reason"] == "gap"
    envoy.write()
    scene.collect(flush=True)
    assert scene.rows("uid", "kind = 'edge/1'") == [(f"{n:032x}",) for n in (0, 2)]
    assert len(scene.rows("uid", "severity_id = 4")) == 1
    scene.require_true(3)
