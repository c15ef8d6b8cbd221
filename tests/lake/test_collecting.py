"""From lines of spools to rows of the log, each once, each proven."""

import gzip
import json
import os
import tempfile
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line, own_line

from ringwall.lake.collecting import Pace, UnfitError
from ringwall.lake.tables import connect

pytestmark = pytest.mark.usefixtures("place")


def test_lines_of_the_edge_become_events_with_columns(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *(edge_line(number) for number in range(300)))
    assert scene.collect() == 300
    (row,) = scene.rows("path, actor_user_uid, src_ip, status_code, class_uid, day", "index = 7")
    assert row[:5] == ("/orders/7", "u0", "10.1.0.7", 200, 4002)
    assert row[5].isoformat() == "2026-11-27"
    scene.require_true(300)


def test_rows_are_the_same_in_the_journal_and_in_the_table(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[1], edge_line(1, user=None), edge_line(2, status=403))
    append(scene.places.activity, own_line("a"), own_line("b"))
    scene.collect()
    before = scene.rows()
    scene.collect(flush=True)
    assert scene.rows() == before
    assert len(before) == 4
    scene.require_true(4)


def test_what_is_read_goes_on_where_it_ended(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    for first in range(0, 50, 10):
        lines = [edge_line(number) for number in range(first, first + 10)]
        append(scene.places.edge[0], *lines)
        assert scene.collect(flush=first % 20 == 0) == 10
    assert [path for (path,) in scene.rows("path")] == [f"/orders/{n}" for n in range(50)]
    scene.require_true(50)


def test_addresses_of_who_is_known_stand_apart_and_are_sealed(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(1), edge_line(2, user=None))
    scene.collect(flush=True)
    known, stranger = scene.rows("raw, personal")
    assert "10.1.0.1" not in known[0]
    assert json.loads(known[1]) == {"u1": {"client": "10.1.0.1"}}
    assert ("10.1.0.2" in stranger[0], stranger[1]) == (True, None)


def test_a_name_that_comes_twice_is_put_aside_even_after_a_restart(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.activity, own_line("a"), own_line("a"))
    scene.collect()
    append(scene.places.activity, own_line("a", event={"severity_id": 5}), own_line("b"))
    scene.collect(flush=True)
    told = scene.rows("source, uid, message")
    assert [source for source, _, _ in told] == [
        "ringwall",
        "quarantine",
        "quarantine",
        "ringwall",
    ]
    assert all("come before" in message for source, _, message in told if source == "quarantine")
    scene.require_true(4)


def test_a_name_is_known_long_after_its_event_went_into_the_table(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.activity, own_line("a"))
    scene.collect(flush=True)
    for number in range(3):  # each of them a collector that was started anew
        append(scene.places.activity, own_line(f"later{number}"))
        scene.collect(flush=True)
    append(scene.places.activity, own_line("a"))
    scene.collect()
    assert len(scene.rows("uid", "source = 'ringwall' AND uid = 'a'")) == 1
    assert "come before" in scene.rows("message", "source = 'quarantine'")[0][0]
    scene.require_true(5)


@pytest.mark.parametrize("kept", [1, 5, 10, 100, -2])
def test_what_follows_a_line_that_was_broken_off_is_an_event(tmp_path: Path, kept: int) -> None:
    scene = LogScene(tmp_path)
    broken = edge_line(1, path='/{"action":')[:kept]
    append(scene.places.edge[0], edge_line(0), broken + edge_line(2), edge_line(3))
    assert scene.collect(flush=True) == 4
    told = scene.rows("source, path")
    assert [path for _, path in told] == ["/orders/0", None, "/orders/2", "/orders/3"]
    assert told[1][0] == "quarantine"
    scene.require_true(4)


def test_a_line_that_broke_off_where_a_file_ends_is_evidence_once(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    path = scene.places.edge[0]
    append(path, edge_line(0), edge_line(1)[:40])
    assert scene.collect() == 1
    path.rename(path.with_name("access-20261127T090000000000.jsonl"))
    assert scene.collect() == 0, "its writer may go on in it until there is a new file"
    append(path, edge_line(2))
    assert scene.collect(flush=True) == 2
    assert scene.collect() == 0
    assert [path for (path,) in scene.rows("path")] == ["/orders/0", None, "/orders/2"]
    assert len(scene.rows("uid", "source = 'quarantine'")) == 1
    scene.require_true(3)


def test_names_that_people_chose_hide_nothing_of_what_ringwall_tells(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    line = json.loads(own_line("a", event={"message": "Ada\x1b[2J\x9b signs in"}))
    line["personal"]["u1"]["actor"]["user"]["name"] = "A\x1b]0;owned\x07\n"
    append(scene.places.activity, json.dumps(line).encode() + b"\n")
    scene.collect(flush=True)
    told = scene.rows("source, class_uid, message, actor_user_name, flags")
    name = "A\u241b]0;owned\u2407\u240a"
    assert told == [("ringwall", 3004, "Ada\u241b[2J\ufffd signs in", name, "neutralised")]
    scene.require_true(1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"no json at all\n", "no line of a record"),
        (b'{"time":"2026-11-27T04:00:00.000Z"}\n', "no line of a record"),
        (edge_line(1, time="yesterday"), "when it was"),
        (edge_line(1, path="/" + "x" * 70_000), "too long"),
        (edge_line(1)[:200] + b"\n", "no line of a record"),
        (b"\xff\xfe" + edge_line(1), "no line of a record"),
        (edge_line(1, user="u1", client=7), "no line of a record"),
    ],
)
def test_what_is_no_line_is_kept_as_evidence(tmp_path: Path, line: bytes, reason: str) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(0), line, edge_line(2))
    assert scene.collect(flush=True) == 3
    (_, aside, _) = scene.rows("source, message, raw")
    assert aside[0] == "quarantine"
    assert reason in aside[1]
    told = json.loads(aside[2])
    assert told["unmapped"]["size"] == len(line.rstrip(b"\n"))
    assert told["raw_data"]
    scene.require_true(3)


def test_control_characters_become_signs_and_nothing_is_escaped(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    hostile = "/\x1b[2J\x00\x7f/=cmd|' /C calc'!A0\u202e"
    append(scene.places.edge[0], edge_line(1, path=hostile))
    scene.collect(flush=True)
    ((path, raw, flags),) = scene.rows("path, raw, flags")
    assert path == "/\u241b[2J\u2400\u2421/=cmd|' /C calc'!A0\u202e"
    assert "\\u" not in raw
    assert flags == "neutralised"
    scene.require_true(1)


def test_days_that_do_not_exist_hold_up_nothing(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(1, time="2026-99-99T99:99:99.000Z"), edge_line(2))
    scene.collect(flush=True)
    assert [day.isoformat() for (day,) in scene.rows("day")] == ["2026-11-27", "2026-11-27"]
    scene.require_true(2)


def test_a_full_disk_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.activity, own_line("a"))
    with scene.collector() as collector:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("ringwall.lake.journal.write_private", full)
            for _ in range(3):
                with pytest.raises(OSError, match="No space"):
                    collector.turn()
        assert collector.turn() == 1
    assert [source for (source,) in scene.rows("source")] == ["ringwall"]
    scene.require_true(1)


def test_a_tree_that_cannot_be_written_catches_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = LogScene(tmp_path)
    with scene.collector() as collector:
        for first in range(0, 1200, 400):
            append(scene.places.edge[0], *map(edge_line, range(first, first + 400)))
            with monkeypatch.context() as patched:
                patched.setattr("ringwall.ledger.disk.Disk.write", _fails)
                with pytest.raises(OSError, match="worn out"):
                    collector.turn()
        append(scene.places.edge[0], edge_line(1200))
        collector.turn()
    scene.require_true(1201)


def _fails(*_: object) -> None:
    raise OSError(5, "worn out")


def test_a_journal_that_was_put_back_is_told(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *map(edge_line, range(10)))
    scene.collect(flush=True)
    for path in scene.places.journal.iterdir():
        path.unlink()
    with pytest.raises(UnfitError, match="10 events were accepted"):
        scene.collect()


def test_a_damaged_batch_is_told_by_name(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *map(edge_line, range(10)))
    scene.collect()
    (batch,) = scene.places.journal.iterdir()
    content = batch.read_bytes()
    batch.write_bytes(content.replace(b"/orders/3", b"/orders/4"))
    with pytest.raises(ValueError, match=f"{batch.name} is damaged"):
        scene.collect()


def test_rows_go_into_the_table_when_enough_wait(tmp_path: Path) -> None:
    scene = LogScene(tmp_path, pace=Pace(rows=5, seconds=1e9))
    with scene.collector() as collector:
        append(scene.places.edge[0], *map(edge_line, range(4)))
        collector.turn()
        due = [collector.is_due]
        append(scene.places.edge[0], edge_line(4))
        collector.turn()
        due.append(collector.is_due)
        collector.flush()
        due.append(collector.is_due)
        assert (due, collector.waiting) == ([False, True, False], 0)
    assert scene.events.end == 5
    scene.require_true(5)


@pytest.mark.parametrize("name", ["activity.jsonl", "activity-20991231.jsonl"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "packed"])
def test_what_is_no_file_of_a_spool_shows_nothing_and_holds_up_nothing(
    tmp_path: Path, name: str, kind: str
) -> None:
    """Who writes the spool may not read what the collector may: the key that signs, say."""
    scene = LogScene(tmp_path)
    (tmp_path / "key").write_bytes(b"the secret\n")
    place = scene.places.activity.with_name(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    if kind == "link":
        place.symlink_to(tmp_path / "key")
    elif kind == "packed":
        with gzip.open(tmp_path / "packed", "wb") as file:
            file.write(b"the secret\n")
        place.with_name(f"{name}.gz").symlink_to(tmp_path / "packed")
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.mkdir()
    append(scene.places.edge[0], edge_line(1), edge_line(2))
    assert scene.collect(flush=True) == 2
    assert scene.rows("source") == [("edge",), ("edge",)]


def test_what_has_no_room_in_memory_lies_where_nobody_else_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with connect(memory="60MB", threads=1) as database:
        database.execute("CREATE TABLE t AS SELECT range AS n, repeat('x', 200) FROM range(400000)")
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert list(folder.rglob("*.*")), "it spilled"
    assert list(folder.iterdir()) == []
