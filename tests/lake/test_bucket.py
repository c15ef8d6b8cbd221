"""A table in a bucket: it becomes this log's alone, and what goes wrong there loses nothing."""

import os
from pathlib import Path
from typing import Any

import duckdb
import obstore
import pytest
from tests.lake.logs import LogScene, append, edge_line
from tests.lake.store import Store, Way

from ringwall.lake.asking_sql import ask
from ringwall.lake.bucket import MARK, Bucket, BucketError
from ringwall.lake.bucket_moving import settle
from ringwall.lake.exporting import rows_from
from ringwall.lake.in_order import recorded
from ringwall.lake.key_uses import latest_uses
from ringwall.lake.locked import ask_sql
from ringwall.lake.reaching import again
from ringwall.lake.search.connecting import connect
from ringwall.lake.search.statements import StatementError
from ringwall.lake.so_far import upto
from ringwall.lake.tables import Events, events_of


def _scene(tmp_path: Path, bucket: Bucket | None, count: int = 20) -> LogScene:
    scene = LogScene(tmp_path, bucket=bucket)
    append(scene.places.edge[0], *map(edge_line, range(count)))
    scene.collect(flush=True)
    return scene


def test_nothing_of_the_table_lies_here_and_all_else_does(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, a_store.bucket())
    assert not scene.places.events.exists()
    assert {one.split("/")[0] for one in scene.stored()} == {
        "_delta_log",
        "_ringwall",
        "day=2026-11-27",
    }
    assert b"of tests" not in (scene.places.log / MARK).read_bytes()
    scene.require_true(20)


def test_a_folder_moves_into_the_bucket_whole(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, None)
    before = scene.rows()
    names = set(scene.stored())
    scene.bucket = a_store.bucket()
    append(scene.places.edge[0], *map(edge_line, range(20, 30)))
    scene.collect(flush=True)
    assert scene.rows(where="index < 20") == before
    assert names < set(scene.stored())
    assert not scene.places.events.exists()
    scene.require_true(30)


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("at", range(6))
def test_killed_while_it_moves_it_goes_on(
    tmp_path: Path, a_store: Store, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """At the first object, at the last, before it is written down, and as the folder goes."""
    scene = _scene(tmp_path, None)
    before = scene.rows()
    scene.bucket = a_store.bucket()
    with monkeypatch.context() as patched:
        _die(patched, at)
        with pytest.raises(_Killed):
            settle(scene.places, scene.bucket, "log")
    assert scene.rows() == before
    append(scene.places.edge[0], *map(edge_line, range(20, 30)))
    scene.collect(flush=True)
    assert scene.rows(where="index < 20") == before
    assert not scene.places.events.exists()
    assert not list(scene.places.log.glob(".moved"))
    scene.require_true(30)


def _die(patched: pytest.MonkeyPatch, at: int) -> None:
    count = [0]
    put = obstore.put

    def dies(*_: object, **__: object) -> None:
        raise _Killed

    def puts(store: Any, path: str, *more: Any, **said: Any) -> Any:
        count[0] += 1
        if at < 2 and count[0] > 2 + at:
            raise _Killed
        return put(store, path, *more, **said)

    patched.setattr(obstore, "put", puts)
    for number, name in ((2, "keep_place"), (3, "_forget_folder")):
        if at == number:
            patched.setattr(f"ringwall.lake.bucket_moving.{name}", dies)
    if at == 4:
        patched.setattr(Path, "rename", dies)
    if at == 5:
        patched.setattr("shutil.rmtree", dies)


def test_a_copy_that_is_not_what_lies_here_is_not_taken(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, None)
    bucket = a_store.bucket()
    (newest,) = [one for one in scene.stored() if one.endswith("0.json")]
    other = LogScene(tmp_path / "other").places
    other.log.mkdir(parents=True)
    settle(other, bucket, "log")
    scene.bucket = bucket
    with pytest.raises(BucketError, match=r"log\.bucket\.uri: .* belongs to the log log: name"):
        settle(scene.places, bucket, "log")
    assert newest in scene_files(scene)
    assert not (scene.places.log / MARK).exists()


def scene_files(scene: LogScene) -> list[str]:
    return [str(one.relative_to(scene.places.events)) for one in scene.places.events.rglob("*")]


def test_two_logs_never_share_a_prefix(tmp_path: Path, a_store: Store) -> None:
    bucket = a_store.bucket()
    _scene(tmp_path / "one", bucket)
    with pytest.raises(
        BucketError, match=r"belongs to the log log\.example\.com/ringwall: name anot"
    ):
        _scene(tmp_path / "two", bucket)


def test_a_table_of_somebody_elses_is_left_alone(tmp_path: Path, a_store: Store) -> None:
    bucket = a_store.bucket()
    a_store.client().put_object(
        Bucket=bucket.name, Key=f"{bucket.prefix}/_delta_log/0.json", Body=b"{}"
    )
    with pytest.raises(BucketError, match=r"log\.bucket\.uri: there is a table of somebody else"):
        _scene(tmp_path, bucket)


def test_a_table_in_a_bucket_is_not_forgotten_by_the_configuration(
    tmp_path: Path, a_store: Store
) -> None:
    first = a_store.bucket()
    scene = _scene(tmp_path, first)
    for other, said in ((None, "is not given"), (a_store.bucket(), "names s3://log-")):
        with pytest.raises(BucketError, match=rf"log\.bucket\.uri {said}.* lies in {first.uri}"):
            settle(scene.places, other, "log")
        scene.bucket = other
        with pytest.raises(BucketError, match="put it back"):
            scene.rows()
    scene.bucket = first
    scene.require_true(20)


def test_a_table_that_is_copied_elsewhere_by_hand_is_taken(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, a_store.bucket())
    before, other = scene.rows(), a_store.bucket()
    for name, content in scene.stored().items():
        a_store.client().put_object(Bucket=other.name, Key=f"{other.prefix}/{name}", Body=content)
    (scene.places.log / MARK).unlink()
    scene.bucket = other
    append(scene.places.edge[0], edge_line(20))
    scene.collect(flush=True)
    assert scene.rows(where="index < 20") == before
    scene.require_true(21)


def test_an_answer_that_is_lost_doubles_nothing(tmp_path: Path, a_store: Store) -> None:
    """The commit is there, but who committed was told nothing, and tries again."""
    with Way(a_store.port) as way:
        scene = LogScene(tmp_path, bucket=a_store.bucket(way.endpoint))
        with scene.collector() as collector:
            table = scene.events
            collector._table = table
            append(scene.places.edge[0], *map(edge_line, range(10)))
            collector.turn()
            collector.flush()
            append(scene.places.edge[0], *map(edge_line, range(10, 20)))
            collector.turn()
            way.loses = b"_delta_log"
            with pytest.raises(Exception, match=r"log\.bucket|onflict|ersion"):
                collector.flush()
            assert way.lost > 0
            way.loses = None
            append(scene.places.edge[0], *map(edge_line, range(20, 30)))
            collector.turn()
            collector.flush()
            assert table.end == 30
        scene.require_true(30)


def test_two_who_write_at_once_do_not_both_commit(
    tmp_path: Path, a_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = _scene(tmp_path, a_store.bucket())
    append(scene.places.edge[0], *map(edge_line, range(20, 30)))
    with scene.collector() as collector:
        collector.turn()
        batches = collector.to_store()
        assert scene.bucket is not None
        other = Events(scene.bucket.uri, scene.bucket)
        seen = other.table()
        scene.events.append(batches)
        monkeypatch.setattr(other, "table", lambda: seen)
        with pytest.raises(Exception, match=r"(?i)conflict|version|concurrent|transaction"):
            other.append(batches)
        monkeypatch.undo()
        other.append(batches)
        collector.was_stored(30)
    scene.require_true(30)


def test_a_bucket_that_is_down_keeps_nobody_from_accepting(tmp_path: Path, a_store: Store) -> None:
    with Way(a_store.port) as way:
        scene = LogScene(tmp_path, bucket=a_store.bucket(way.endpoint))
        append(scene.places.edge[0], *map(edge_line, range(10)))
        scene.collect(flush=True)
        way.shut()
        for first in (10, 20):
            append(scene.places.edge[0], *map(edge_line, range(first, first + 10)))
            assert scene.collect() == 10
        with (
            pytest.raises(BucketError, match=r"^log\.bucket\.endpoint: http://127.0.0.1:\d+ does"),
            scene.collector() as collector,
        ):
            collector.flush()
        with pytest.raises(BucketError, match=r"^log\.bucket\.endpoint: "):
            again(scene.rows)
        way.is_open = True
        scene.collect(flush=True)
        assert scene.events.end == 30
        scene.require_true(30)


def test_a_table_that_lost_events_is_told(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, a_store.bucket())
    assert scene.bucket is not None
    client = a_store.client()
    for name in scene.stored():
        if name.startswith("_delta_log"):
            client.delete_object(Bucket=scene.bucket.name, Key=f"{scene.bucket.prefix}/{name}")
    append(scene.places.edge[0], edge_line(20))
    with pytest.raises(BucketError, match="events of the table were removed"):
        scene.collect(flush=True)
    fault = scene.check().fault
    assert fault is not None
    assert (fault.index, fault.wrong) == (0, "removed")


def test_a_journal_that_was_put_back_is_told(tmp_path: Path, a_store: Store) -> None:
    bucket = a_store.bucket()
    scene = _scene(tmp_path, bucket)
    table = Events(bucket.uri, bucket)
    with pytest.raises(BucketError, match=r"ends before event 20, the journal has 0 to 4"):
        _older(tmp_path / "old", scene, bucket)
    assert table.end == 20


def _older(root: Path, scene: LogScene, bucket: Bucket) -> None:
    """The same log as it was when it had five events."""
    old = LogScene(root, bucket=bucket)
    old.places.log.mkdir(parents=True)
    for name in (MARK, "bucket-id"):
        (old.places.log / name).write_bytes((scene.places.log / name).read_bytes())
    append(old.places.edge[0], *map(edge_line, range(5)))
    old.collect(flush=True)


def test_everything_that_reads_reads_there(tmp_path: Path, a_store: Store) -> None:
    scene = _scene(tmp_path, a_store.bucket(), 300)
    append(scene.places.edge[0], *map(edge_line, range(300, 310)))
    scene.collect()
    places = scene.places
    assert [one["index"] for one in rows_from(places, 297, 6)] == list(range(297, 303))
    ((since,),) = scene.rows("time", "index = 0")
    assert [one.leaf for one in recorded(places, upto(places), since=since)] == list(range(310))
    assert latest_uses(places, 0) == ([], 310)


OUTSIDE = (
    "SELECT * FROM read_parquet('{bucket}')",
    "SELECT * FROM '{bucket}'",
    "SELECT * FROM read_text('{bucket}')",
    "SELECT * FROM read_blob('{bucket}')",
    "SELECT * FROM read_csv('{other}')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('s3://*')",
    "SELECT * FROM read_text('http://127.0.0.1:1/')",
    "COPY events TO '{other}'",
    "ATTACH '{other}'",
)


@pytest.mark.parametrize("statement", OUTSIDE)
def test_sql_reads_the_table_and_nothing_else_of_the_bucket(
    tmp_path: Path, a_store: Store, statement: str
) -> None:
    bucket = a_store.bucket()
    scene = _scene(tmp_path, bucket)
    a_store.client().put_object(Bucket=bucket.name, Key="other.parquet", Body=b"secret")
    answer = ask_sql(scene.places, "SELECT count(*), max(path) FROM events", limit=1)
    assert answer.rows == ((20, "/orders/9"),)
    named = {"bucket": f"{bucket.uri}/_ringwall/log.json", "other": f"s3://{bucket.name}/other"}
    with pytest.raises(StatementError):
        ask_sql(scene.places, statement.format(**named), limit=1)


@pytest.mark.parametrize("path", ["_ringwall/log.json", "../../other.parquet", "day=x/y.parquet"])
def test_each_of_the_fences_holds_alone(tmp_path: Path, a_store: Store, path: str) -> None:
    """Without DuckDB's own: what it reads with opens nothing else, and writes nothing."""
    scene = _scene(tmp_path, a_store.bucket())
    table = events_of(scene.places)
    found = table.table()
    assert found is not None
    uris = found.file_uris()
    with table.reach(connect(), uris) as database:
        assert database.execute("SELECT count(*) FROM read_parquet(?)", [uris]).fetchall()
        for sql in ("SELECT * FROM read_blob('{}')", "COPY (SELECT 1) TO '{}' (FORMAT csv)"):
            with pytest.raises(duckdb.Error, match=r"PermissionError|none of the table"):
                database.execute(sql.format(f"{scene.bucket.uri}/{path}"))  # type: ignore[union-attr]
        with pytest.raises(duckdb.Error, match=r"PermissionError|read and never written"):
            database.execute(f"COPY (SELECT 1) TO '{uris[0]}' (FORMAT csv)")


def test_a_process_of_its_own_answers_statements_about_it(tmp_path: Path, a_store: Store) -> None:
    with Way(a_store.port) as way:
        scene = _scene(tmp_path, a_store.bucket(way.endpoint))
        answer = ask(scene.places, "SELECT count(*) FROM events", limit=1)
        assert answer.rows == ((20,),)
        with pytest.raises(StatementError):
            ask(scene.places, "SELECT * FROM read_text('s3://x/y')", limit=1)
        way.shut()
        with pytest.raises(BucketError, match=r"^log\.bucket\.endpoint: "):
            ask(scene.places, "SELECT count(*) FROM events", limit=1)


def test_it_says_which_extra_is_missing(
    tmp_path: Path, a_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.sys.modules, "obstore", None)  # type: ignore[attr-defined]
    with pytest.raises(BucketError, match=r"pip install 'ringwall\[bucket\]'"):
        _scene(tmp_path, a_store.bucket())
