"""Old events go, on purpose and to be seen; what is held stays; proofs of the rest hold."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.lake.logs import MOMENT, ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree

from ringwall.lake.going import FOLDER, Gone
from ringwall.lake.holds import FILE, Hold, write_holds
from ringwall.lake.own import Act, log_event
from ringwall.lake.retention import KeptFor
from ringwall.lake.upkeep import clean, compact, expire, prune
from ringwall.lake.whole import verify_log
from ringwall.ledger.merkle import verify_inclusion
from ringwall.ledger.proving import PrunedError
from ringwall.ledger.tree import Tree

pytestmark = pytest.mark.usefixtures("place")

TODAY = datetime.fromtimestamp(MOMENT / 1e6, UTC)


def _collect_old(scene: LogScene, *lines: bytes) -> None:
    """Have lines accepted 120 days ago."""
    append(scene.places.edge[0], *lines)
    scene.now = MOMENT - 120 * 86_400_000_000
    scene.collect(flush=True)
    scene.now = MOMENT


def _old(number: int, days: int, **said: object) -> bytes:
    return edge_line(number, time=f"{TODAY - timedelta(days=days):%Y-%m-%dT%H:%M:%S.000Z}", **said)


def _expire(
    scene: LogScene, retention: KeptFor | None = None, *, now: datetime = TODAY
) -> Gone | None:
    with scene.collector() as collector:
        gone = expire(
            scene.events,
            scene.places.log,
            retention=retention or KeptFor(),
            now=now,
            accept=collector.accept,
        )
        collector.flush()
        return gone


def test_what_was_kept_long_enough_goes_and_is_told(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(10)))
    append(scene.places.edge[0], *map(edge_line, range(10, 15)))
    append(scene.places.activity, own_line("a"))
    scene.collect(flush=True)
    gone = _expire(scene)
    assert gone is not None
    assert (gone.count, gone.reason) == (10, "retention")
    assert len(scene.rows("index")) == 7
    ((message,),) = scene.rows("message", "source = 'log' AND class_uid = 1008")
    assert message.startswith("10 events of 2026-07-30 to 2026-07-30 went")
    scene.require_true(17)
    assert _expire(scene) is None


def test_each_category_is_kept_as_long_as_it_says(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    at = int((TODAY - timedelta(days=5)).timestamp() * 1000)
    append(scene.places.activity, own_line("a", event={"time": at}))
    _collect_old(scene, _old(1, 5))
    gone = _expire(scene, KeptFor(network=86_400.0 * 3, identity=86_400.0 * 30))
    assert gone is not None
    assert gone.count == 1
    assert scene.rows("class_uid", "class_uid <> 1008") == [(3004,)]


@pytest.mark.parametrize(
    "hold",
    [
        Hold(name="case-1", reason="a matter", user="u-held"),
        Hold(name="case-1", reason="a matter", tenant="t'; DROP"),
        Hold(name="case-1", reason="a matter", user="u-held", until=date(2026, 12, 1)),
    ],
)
def test_what_is_held_stays(tmp_path: Path, hold: Hold) -> None:
    scene = LogScene(tmp_path)
    _collect_old(
        scene,
        *(_old(n, 120) for n in range(4)),
        _old(4, 120, user="u-held", tenant="t'; DROP"),
        _old(5, 120, user=None, tenant=None),
    )
    write_holds(scene.places.log, [hold])
    gone = _expire(scene)
    assert gone is not None
    assert gone.count == 5
    assert scene.rows("path", "class_uid = 4002") == [("/orders/4",)]
    scene.require_true(7)
    write_holds(scene.places.log, [])
    gone = _expire(scene)
    assert gone is not None
    assert gone.count == 1
    scene.require_true(8)


def test_holds_that_cannot_be_read_keep_everything(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, _old(1, 120))
    (scene.places.log / FILE).write_text("[{")
    with pytest.raises(ValueError, match="nothing is deleted"):
        _expire(scene)
    assert len(scene.rows("index")) == 1


def test_a_list_of_what_went_vouches_for_nothing_once_it_is_changed(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(4)))
    _expire(scene)
    scene.require_true(5)
    (path,) = (scene.places.log / FOLDER).iterdir()
    path.write_bytes(path.read_bytes().replace(b"[[0,4]]", b"[[0,5]]"))
    fault = scene.check().fault
    assert fault is not None
    assert fault.index == 0


def test_small_files_become_large_ones_and_stay_true(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    for first in range(0, 90, 10):
        append(scene.places.edge[0], *map(edge_line, range(first, first + 10)))
        scene.collect(flush=True)
    before = scene.rows()
    assert compact(scene.events, today=date(2026, 11, 28)) == 9
    assert clean(scene.events, hours=0) == 9
    assert len([one for one in scene.stored() if one.startswith("day=")]) == 1
    assert scene.rows() == before
    scene.require_true(90)


def test_a_table_that_was_compacted_goes_on_where_it_ended(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    for first in (0, 10):
        append(scene.places.edge[0], *map(edge_line, range(first, first + 10)))
        scene.collect(flush=True)
    compact(scene.events, today=date(2026, 11, 28))
    clean(scene.events, hours=0)
    append(scene.places.edge[0], *map(edge_line, range(20, 30)))
    assert scene.collect(flush=True) == 10
    scene.require_true(30)


def test_the_tree_forgets_what_no_proof_needs(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(700)))
    append(scene.places.edge[0], *map(edge_line, range(700, 900)))
    scene.collect(flush=True)
    with Tree(scene.places.tree, ORIGIN) as tree:
        size, root, leaf = tree.size, tree.root(tree.size), tree.leaf_hash(800)
    _expire(scene)
    with Tree(scene.places.tree, ORIGIN) as tree:
        assert prune(tree, scene.places.log) == [(0, 512)]
        with pytest.raises(PrunedError):
            tree.leaf_hash(5)
        assert tree.root(size) == root
        proof = tree.inclusion(800, size)
        assert verify_inclusion(leaf=leaf, index=800, size=size, path=proof, root=root)
    scene.require_true(901)


def test_what_came_lately_stays_whatever_its_clock_said(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(3)))
    append(scene.places.edge[0], edge_line(3, time="1970-01-01T00:00:07.000Z"), _old(4, 120))
    scene.collect(flush=True)
    gone = _expire(scene)
    assert gone is not None
    assert gone.count == 3
    assert scene.rows("path", "class_uid = 4002") == [("/orders/3",), ("/orders/4",)]
    scene.require_true(6)


def test_a_clock_that_runs_ahead_takes_no_more_than_a_day(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *map(edge_line, range(3)))
    scene.collect(flush=True)
    assert _expire(scene) is None
    assert _expire(scene, now=TODAY + timedelta(days=3650)) is None
    assert len(scene.rows("index")) == 3
    assert _expire(scene) is None


def test_what_tells_that_events_went_stays_for_as_long_as_the_log(tmp_path: Path) -> None:
    """Else nobody could tell any more whether what is not there went on purpose."""
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(10)))
    short = KeptFor(network=86_400.0, system=86_400.0)
    first = _expire(scene, short)
    assert first is not None
    assert first.count == 10
    for days in range(2, 12, 2):
        at = TODAY + timedelta(days=days)
        scene.now = int(at.timestamp() * 1_000_000)
        with scene.collector() as collector:
            collector.accept([log_event(Act.START, "began", now=scene.now, by="c", about={})])
            collector.flush()
        _expire(scene, short, now=at)
    told = scene.rows("activity_id", "source = 'log' AND class_uid = 1008")
    assert told.count((int(Act.DELETE),)) > 1
    assert told.count((int(Act.START),)) < 5, "others of its class go"
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    found = verify_log(scene.places.log)
    assert found.holds, list(found.lines())


def test_what_was_put_aside_has_a_time_of_its_own(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    _collect_old(scene, *(_old(n, 120) for n in range(3)), b"no line of anybody, 10.9.9.9\n")
    append(scene.places.edge[0], b"no line either\n")
    scene.collect(flush=True)
    # Its time is when it came, which is the collector's.
    long = KeptFor(network=86_400.0 * 500, other=86_400.0 * 500, quarantine=86_400.0 * 30)
    gone = _expire(scene, long)
    assert gone is not None
    assert gone.count == 1
    assert len(scene.rows("index", "source = 'quarantine'")) == 1
    assert len(scene.rows("index", "source = 'edge'")) == 3
    scene.require_true(6)
