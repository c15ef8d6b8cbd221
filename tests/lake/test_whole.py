"""The whole log verified: what nobody signed vouches for nothing, and what is broken is told."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from deltalake import DeltaTable
from tests.lake.logs import MOMENT, ORIGIN, LogScene, append, edge_line, own_line
from tests.lake.signed import signed_tree

from ringwall.lake.going import keep_gone
from ringwall.lake.journal import Journal
from ringwall.lake.own import Act, log_event
from ringwall.lake.whole import Findings, verify_log
from ringwall.ledger.tree import Tree


@pytest.fixture
def scene(tmp_path: Path) -> LogScene:
    made = LogScene(tmp_path)
    append(made.places.edge[0], *map(edge_line, range(20)))
    append(made.places.activity, own_line("a"), own_line("b"))
    made.collect(flush=True)
    signed_tree(made.places.tree, tmp_path / "keys", ORIGIN)
    return made


def verified(scene: LogScene, first: int = 0, end: int | None = None) -> Findings:
    return verify_log(scene.places.log, first=first, end=end)


def removed(scene: LogScene, first: int, end: int) -> str:
    """Take events away, with a list that says it was on purpose; the list's hash."""
    gone = keep_gone(scene.places.log, "retention", [(first, end)])
    DeltaTable(str(scene.places.events)).delete(f"index >= {first} AND index < {end}")
    return gone.digest


def telling(digest: str) -> bytes:
    """A line of the journal for the event that would vouch for a list."""
    about = {"reason": "retention", "sha256": digest, "events": 3}
    said = log_event(Act.DELETE, "they went", now=MOMENT, by="retention", about=about)
    fields = (b"%d", b"%d", said.source, said.kind, b"", b"", said.raw)
    return b"\t".join(fields)


def test_what_went_is_vouched_for_by_an_event_of_the_tree(scene: LogScene, tmp_path: Path) -> None:
    digest = removed(scene, 5, 8)
    about = {"reason": "retention", "sha256": digest, "events": 3}
    with scene.collector() as one:
        one.accept([log_event(Act.DELETE, "they went", now=MOMENT, by="retention", about=about)])
    assert not verified(scene).holds, "it is not below a checkpoint"
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    found = verified(scene)
    assert (found.holds, found.gone, found.events) == (True, 3, 20)
    assert verified(scene, 0, 10).holds, "also where the event that tells it is not asked for"


@pytest.mark.parametrize("index", [22, 3])
def test_an_event_that_is_not_in_the_tree_vouches_for_nothing(scene: LogScene, index: int) -> None:
    """Whoever writes the files and has no key cannot say that what they took away was to go."""
    digest = removed(scene, 5, 8)
    line = telling(digest) % (index, MOMENT) + b"\n"
    Journal(scene.places.journal).write(22, [line], {}, frozenset({"ocsf/1"}))
    for end in (None, 22, 10):
        found = verified(scene, 0, end)
        assert not found.holds
        assert found.fault is not None
        assert found.fault.index == 5


def test_a_log_of_nothing_was_not_verified(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    with Tree(scene.places.tree, ORIGIN):
        pass
    signed_tree(scene.places.tree, tmp_path / "keys", ORIGIN)
    found = verified(scene)
    assert not found.holds
    assert found.wrong == ["the checkpoint is of a log without events: nothing was verified"]


def _one(scene: LogScene, pattern: str) -> Path:
    return min(path for path in scene.places.log.rglob(pattern) if path.is_file())


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _fill(content: bytes) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(content))


def void(_: object) -> None:
    """Nothing."""


@pytest.mark.parametrize(
    "broken",
    [
        "_delta_log/*00.json",
        "*.parquet",
        "*.tsv",
        "subjects.sqlite3",
        "tree/checkpoint",
        "tree/keys",
        "tile/0/**/*",
    ],
)
@pytest.mark.parametrize(
    "how",
    [_cut, _fill(b""), _fill(b"\xff\xfe\n"), _fill(b"[" * 100_000), Path.unlink],
    ids=["cut", "empty", "noise", "nested", "gone"],
)
def test_every_broken_file_is_told_in_a_sentence(
    scene: LogScene, broken: str, how: Callable[[Path], None]
) -> None:
    path = _one(scene, broken)
    how(path)
    found = verified(scene)
    if broken == "*.tsv" and found.holds:
        assert found.events == 22, "all of it was in the table"
        return
    assert not found.holds
    said = " ".join([*found.wrong, "" if found.fault is None else found.fault.why])
    assert "\n" not in said.strip()
    if found.fault is None:
        # Of the first commit that is gone only its folder is known.
        names = {path.name.split("-")[0], path.parent.name if how is Path.unlink else path.name}
        assert any(one in said for one in names) or "tile" in said or "checkpoint" in said, said


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{}",
        b'{"reason":1,"ranges":[[1,2]]}',
        b'{"reason":"x","ranges":[[1,"2"]]}',
        b"[" * 9999,
    ],
)
def test_a_list_of_what_went_that_is_none_vouches_for_nothing(
    scene: LogScene, content: bytes
) -> None:
    folder = scene.places.log / "gone"
    folder.mkdir(mode=0o700)
    (folder / f"{sha256(content).hexdigest()}.json").write_bytes(content)
    assert verified(scene).holds
    DeltaTable(str(scene.places.events)).delete("index = 1")
    assert not verified(scene).holds
