"""The front door for whoever reads: nothing is written, and nothing is unbounded."""

import errno
import os
import subprocess
import sys
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from tests.lake.logs import ORIGIN, LogScene, append, edge_line
from tests.lake.signed import signed_tree

from ringwall.lake import entry_rows, reaching
from ringwall.lake.bucket import VARIABLE
from ringwall.lake.commands import proving
from ringwall.lake.exporting import export, form_of
from ringwall.lake.journal import Batch, Journal
from ringwall.lake.search.language import Query
from ringwall.lake.search.tree import Everything, Span
from ringwall.lake.service import AT_ONCE, FOR_WEB, BusyError, Log, index_of, room
from ringwall.lake.snapshot import Snapshot, snapshot
from ringwall.lake.tables import Events
from ringwall.ledger.bundles import verify
from ringwall.ledger.public_keys import shown_keys

ALL = Query("", Everything(Span(0, 0)))
_CONFINED = """
import sys, sysconfig
from pathlib import Path
from ringwall.lake.places import Places
from ringwall.runtime.confining import confine

root = Path(sys.argv[1])
places = Places(root / "state", root / "run")
system = ("/proc", "/sys", "/etc", "/usr", "/lib", sys.prefix)
reads = [Path(one) for one in (*sys.path, *system) if one]
confine(reads=[*reads, places.log], writes=[Path("/dev/null")])
from ringwall.lake.search.language import Query
from ringwall.lake.search.tree import Everything, Span
from ringwall.lake.service import FOR_WEB, Log

try:
    (places.log / "x").write_text("x")
except PermissionError:
    log = Log(places, FOR_WEB)
    page = log.page(Query("", Everything(Span(0, 0))), limit=10)
    index = page.rows[0]["index"]
    assert log.event(str(index)) and log.judged(index).holds and log.proof(index)
    assert log.entries(0, 10)
    print(len(page.rows), "rows")
else:
    print("it could be written")
"""


@pytest.fixture
def scene(place: str, tmp_path: Path) -> LogScene:
    made = LogScene(tmp_path)
    append(made.places.edge[0], *(edge_line(number) for number in range(20)))
    made.collect(flush=True)
    append(made.places.edge[0], *(edge_line(number) for number in range(20, 30)))
    made.collect()
    signed_tree(made.places.tree, tmp_path / "keys", ORIGIN)
    return made


def test_whoever_reads_needs_to_write_nothing(scene: LogScene) -> None:
    way = {} if scene.bucket is None else {VARIABLE: scene.bucket.encoded()}
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, str(scene.root)],
        capture_output=True,
        text=True,
        cwd="/",
        env={**os.environ, **way},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "10 rows\n"), done.stderr


def test_an_event_is_found_wherever_it_lies_yet(scene: LogScene) -> None:
    log = Log(scene.places, FOR_WEB)
    for index in (3, 25):
        row = log.event(str(index))
        assert row is not None
        assert row["index"] == index
        assert log.event(row["uid"]) == row
        assert log.judged(index).holds
    assert log.event("30") is None
    assert log.event('" OR true') is None
    assert log.judged(30).unchecked
    assert log.count(ALL) == 30


@pytest.fixture
def stored_meanwhile(scene: LogScene, monkeypatch: pytest.MonkeyPatch) -> LogScene:
    """Whatever the first look finds goes from the journal into the table before it is read."""
    is_stored: list[bool] = []

    def found(events: Events, journal: Path) -> Snapshot:
        there = snapshot(events, journal)
        if not is_stored:
            is_stored.append(True)
            scene.collect(flush=True)
            # The newest batch stays: it says how far the spools are read.
            append(scene.places.edge[0], edge_line(30))
            scene.collect()
            assert not all(Path(one).exists() for one in there.batches)
        return there

    for module in (entry_rows, reaching):
        monkeypatch.setattr(module, "snapshot", found)
    return scene


def test_what_goes_into_the_table_meanwhile_is_proven(
    stored_meanwhile: LogScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(stored_meanwhile.root)
    monkeypatch.setattr(proving, "places", lambda _: stored_meanwhile.places)
    proving.log_prove(MagicMock(), "25")
    bundle = (stored_meanwhile.root / "event-25.proof.json").read_bytes()
    assert verify(bundle, keys=shown_keys(stored_meanwhile.places.tree)).holds


def test_what_goes_into_the_table_meanwhile_is_exported(stored_meanwhile: LogScene) -> None:
    out = BytesIO()
    assert export(stored_meanwhile.places, ALL, out, form_of("ocsf")) == 31
    assert out.getvalue().count(b"\n") == 31


def test_what_goes_into_the_table_meanwhile_is_judged(
    scene: LogScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Journal.batches

    def listing(self: Journal) -> list[Batch]:
        """As where a batch went between its name and its content."""
        monkeypatch.setattr(Journal, "batches", listed)
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(Journal, "batches", listing)
    assert Log(scene.places).judged(25).holds


def test_how_far_the_log_goes_is_told_whatever_goes_into_the_table_meanwhile(
    scene: LogScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its beginning would go on whoever was told that nothing is there."""
    read = Journal._read

    def reading(self: Journal, path: Path) -> Batch:
        monkeypatch.setattr(Journal, "_read", read)
        append(scene.places.edge[0], edge_line(30))
        scene.collect()
        scene.collect(flush=True)
        append(scene.places.edge[0], edge_line(31))
        scene.collect(flush=True)
        assert not path.exists()
        return read(self, path)

    (only,) = Journal(scene.places.journal).batches()[1:] or Journal(scene.places.journal).batches()
    assert only.end == 30
    monkeypatch.setattr(Journal, "_read", reading)
    assert Journal(scene.places.journal).end() >= 31


def test_a_number_is_one_that_the_table_can_have() -> None:
    assert index_of("0") == 0
    assert [index_of(one) for one in ("-1", "1.5", "x", "", "9" * 30, "\u0661")] == [None] * 6


def test_room_is_given_back_whatever_happens() -> None:
    for _ in range(AT_ONCE * 2):
        with pytest.raises(ZeroDivisionError), room():
            raise ZeroDivisionError
    with room():
        pass


def test_there_is_room_for_so_many() -> None:
    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(room())
        with pytest.raises(BusyError), room():
            pass
