"""The front door for whoever reads: nothing is written, and nothing is unbounded."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.lake.logs import ORIGIN, LogScene, append, edge_line
from tests.lake.signed import signed_tree

from ringwall.lake.search.language import Query
from ringwall.lake.search.tree import Everything, Span
from ringwall.lake.service import AT_ONCE, FOR_WEB, BusyError, Log, index_of, room

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
def scene(tmp_path: Path) -> LogScene:
    made = LogScene(tmp_path)
    append(made.places.edge[0], *(edge_line(number) for number in range(20)))
    made.collect(flush=True)
    append(made.places.edge[0], *(edge_line(number) for number in range(20, 30)))
    made.collect()
    signed_tree(made.places.tree, tmp_path / "keys", ORIGIN)
    return made


def test_whoever_reads_needs_to_write_nothing(scene: LogScene) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CONFINED, str(scene.root)],
        capture_output=True,
        text=True,
        cwd="/",
        env=dict(os.environ),
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
