"""A person is erased: nothing of them is left in any file of the log, and the tree stays."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from tests.lake.logs import ORIGIN, LogScene, append, edge_line, files_below, own_line
from tests.lake.signed import signed_tree

from ringwall.lake import locked, whole
from ringwall.lake.erasing import erase
from ringwall.lake.holds import Hold, write_holds
from ringwall.lake.locked import ask_sql
from ringwall.lake.reaching import again
from ringwall.lake.service import Log
from ringwall.lake.snapshot import Snapshot, snapshot
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import Events
from ringwall.lake.upkeep import clean
from ringwall.lake.verifying import Checked, check_rows
from ringwall.lake.whole import verify_log
from ringwall.ledger.bundles import verify
from ringwall.ledger.public_keys import shown_keys

pytestmark = pytest.mark.usefixtures("place")


def _erase(scene: LogScene, subject: str) -> int:
    with (opened := scene.collector()) as collector:
        collector.flush()
        return erase(
            subject,
            events=scene.events,
            log=scene.places.log,
            subjects=opened.subjects,
            accept=collector.accept,
            now=scene.clock(),
            by="tests",
        )


def _left(scene: LogScene, text: str) -> list[Path]:
    """The files of the log in which a text is found, in any form; in a bucket, too."""
    found = [Path(name) for name, content in scene.stored().items() if text.encode() in content]
    for path in files_below(scene.places.log):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        if text.encode() in content:
            found.append(path)
    return found


def test_a_person_is_gone_from_every_file_and_the_tree_stays(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    mine = [edge_line(n, user="u-mine", client="192.0.2.77") for n in range(5)]
    append(scene.places.edge[0], *mine, *map(edge_line, range(5, 20)))
    append(scene.places.activity, own_line("a", personal={"u-mine": {"message": "Ada Lovelace"}}))
    scene.collect(flush=True)
    key = _key(scene, "u-mine")
    assert _erase(scene, "u-mine") == 6
    assert scene.rows("src_ip, personal", "actor_user_uid = 'u-mine'") == [(None, None)] * 5
    assert scene.rows("message", "uid = 'a'") == [(None,)]
    with_seals = scene.rows("seals", "seals IS NOT NULL")
    assert len(with_seals) == 6
    assert all(json.loads(one)["u-mine"] for (one,) in with_seals)
    for text in ("192.0.2.77", "Ada Lovelace", key.hex()):
        assert _left(scene, text) == []
    assert key not in scene.places.subjects.read_bytes()
    scene.require_true(22)


def test_others_in_the_same_event_keep_what_is_theirs(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    personal = {
        "u-one": {"actor": {"user": {"name": "One"}}},
        "u-two": {"user": {"uid": "u-two", "name": "Two"}},
    }
    append(scene.places.activity, own_line("a", personal=personal))
    scene.collect(flush=True)
    assert _erase(scene, "u-one") == 1
    assert scene.rows("actor_user_name, user_name", "uid = 'a'") == [(None, "Two")]
    scene.require_true(2)
    assert _erase(scene, "u-two") == 1
    assert scene.rows("actor_user_name, user_name", "uid = 'a'") == [(None, None)]
    scene.require_true(3)


def test_erasing_is_told_and_can_be_done_again(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(0, user="u-mine"))
    scene.collect(flush=True)
    assert [_erase(scene, "u-mine") for _ in range(2)] == [1, 0]
    told = [json.loads(raw)["unmapped"] for (raw,) in scene.rows("raw", "source = 'log'")]
    assert told == [{"reason": "erasure", "subject": "u-mine", "events": count} for count in (1, 0)]


def test_who_comes_again_after_it_has_another_key(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(0, user="u-mine", client="192.0.2.77"))
    scene.collect(flush=True)
    before = _key(scene, "u-mine")
    _erase(scene, "u-mine")
    append(scene.places.edge[0], edge_line(1, user="u-mine", client="192.0.2.78"))
    scene.collect(flush=True)
    assert _key(scene, "u-mine") != before
    assert scene.rows("src_ip", "actor_user_uid = 'u-mine'") == [(None,), ("192.0.2.78",)]
    scene.require_true(3)


def test_killed_before_the_key_goes_it_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(0, user="u-mine"), edge_line(1))
    scene.collect(flush=True)

    def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Subjects, "destroy", killed)
        with pytest.raises(KeyboardInterrupt):
            _erase(scene, "u-mine")
    scene.require_true(2)
    assert _erase(scene, "u-mine") == 0
    subjects = Subjects(scene.places.subjects, writes=False)
    assert subjects.key("u-mine") is None
    scene.require_true(3)


def test_files_of_a_writer_that_was_killed_before_its_commit_go_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(0, user="u-mine", client="192.0.2.77"), edge_line(1))
    scene.collect(flush=True)
    name, content = next(
        (one, content) for one, content in scene.stored().items() if one.endswith(".parquet")
    )
    assert b"192.0.2.77" in content
    # A checkpoint behind which nobody looks for files that no commit knows.
    clean(scene.events, hours=0)
    scene.put(name.replace("part-", "part-of-a-killed-"), content)
    assert _erase(scene, "u-mine") == 1
    assert _left(scene, "192.0.2.77") == []
    scene.require_true(3)


def _key(scene: LogScene, subject: str) -> bytes:
    subjects = Subjects(scene.places.subjects, writes=False)
    try:
        key = subjects.key(subject)
        assert key is not None
        return key
    finally:
        subjects.close()


def test_what_was_put_aside_and_names_them_goes_whole(tmp_path: Path) -> None:
    """Nobody can seal a part of bytes that are no event."""
    scene = LogScene(tmp_path)
    mine = edge_line(1, user="u-mine", client="192.0.2.77")
    mail = {"u-mine": {"actor": {"user": {"email_addr": "ada@example.org"}}}}
    append(scene.places.activity, own_line("a", personal=mail))
    append(scene.places.edge[0], mine[5:], b"broken u-mine2 and u-min\n")
    append(scene.places.edge[1], b"mail of Ada@example.org, cut o\n", b"nothing of hers\n")
    scene.collect(flush=True)
    assert len(scene.rows("index", "source = 'quarantine'")) == 4
    assert _erase(scene, "u-mine") == 3
    assert len(scene.rows("index", "source = 'quarantine'")) == 2
    told = scene.rows("message", "source = 'log'")
    assert ("2 events that were put aside went: they named somebody who is erased",) in told
    scene.require_true(7)


def test_what_is_held_of_what_was_put_aside_stays(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], edge_line(1, user="u-mine")[5:])
    scene.collect(flush=True)
    write_holds(scene.places.log, [Hold(name="court", reason="case 7")])
    assert _erase(scene, "u-mine") == 0
    assert len(scene.rows("index", "source = 'quarantine'")) == 1


@pytest.fixture
def erased_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogScene:
    """A person is erased after somebody found which files there are, and before they are read."""
    scene, is_erased = LogScene(tmp_path), list[bool]()
    append(scene.places.edge[0], *(edge_line(n, user="u-mine") for n in range(20)))
    scene.collect(flush=True)
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)

    def found(events: Events, journal: Path) -> Snapshot:
        there = snapshot(events, journal)
        if not is_erased:
            is_erased.append(True)
            _erase(scene, "u-mine")
        return there

    for module in (locked, whole):
        monkeypatch.setattr(module, "snapshot", found)
    return scene


def test_who_asks_in_sql_meanwhile_is_answered(erased_meanwhile: LogScene) -> None:
    """That a file went is not told as if the statement were wrong."""
    statement = "SELECT count(*) FROM events WHERE path LIKE '/orders/%'"
    answer = again(lambda: ask_sql(erased_meanwhile.places, statement, limit=10))
    assert answer.rows == ((20,),)


def test_who_verifies_meanwhile_finds_nothing_wrong(erased_meanwhile: LogScene) -> None:
    found = verify_log(erased_meanwhile.places.log)
    assert (found.holds, found.events) == (True, 20), list(found.lines())


def test_a_key_that_goes_while_its_files_are_read_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has opened a file reads it to its end, though it is gone and the key with it."""
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *(edge_line(n, user="u-mine") for n in range(20)))
    scene.collect(flush=True)
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    times: list[Checked] = []

    def checking(*given: Any, **named: Any) -> Checked:
        if times:
            return check_rows(*given, **named)
        before = check_rows(*given, **{**named, "key_of": lambda _: None})
        _erase(scene, "u-mine")
        times.append(before)
        return before

    monkeypatch.setattr(whole, "check_rows", checking)
    found = verify_log(scene.places.log)
    assert times[0].fault is not None
    assert (found.holds, found.events) == (True, 20), list(found.lines())


@pytest.mark.parametrize("ask", ["proof", "entries", "judged"])
def test_a_key_that_goes_before_an_event_is_proven_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: str
) -> None:
    scene = LogScene(tmp_path)
    append(scene.places.edge[0], *(edge_line(n, user="u-mine") for n in range(20)))
    scene.collect(flush=True)
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    opened, log = Subjects.__init__, Log(scene.places)

    def opening(self: Subjects, path: Path, *, writes: bool = True) -> None:
        if not writes:
            monkeypatch.setattr(Subjects, "__init__", opened)
            _erase(scene, "u-mine")
        opened(self, path, writes=writes)

    monkeypatch.setattr(Subjects, "__init__", opening)
    if ask == "proof":
        assert verify(log.proof(7), keys=shown_keys(scene.places.tree)).holds
    elif ask == "entries":
        assert log.entries(0, 20)
    else:
        assert log.judged(7).holds
    assert Subjects.__init__ is opened
