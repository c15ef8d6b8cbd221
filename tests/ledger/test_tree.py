"""What a tree in a folder does, and that it says so when its files are not what they were."""

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pymerkle  # type: ignore[import-untyped]
import pytest
from tests.ledger.forests import (
    KEY,
    ORIGIN,
    check_folder,
    check_proofs,
    entry,
    grown,
    leaf,
    leaves,
    signed,
)

from ringwall.ledger.auditing import State, audit
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.proving import DamagedTreeError, PrunedError
from ringwall.ledger.published import Published
from ringwall.ledger.shelf import Shelf
from ringwall.ledger.tiles import Tile
from ringwall.ledger.tree import Tree


def files(folder: Path) -> list[str]:
    return sorted(
        str(one.relative_to(folder)) for one in (folder / "tile").rglob("*") if one.is_file()
    )


def test_seventy_thousand_leaves_lie_as_specified(tmp_path: Path) -> None:
    grown(tmp_path, 70_000).close()
    found = files(tmp_path)
    assert len(found) == 273 + 1 + 1 + 1 + 1
    assert (
        found[-4:] == ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"][-4:]
    )
    assert check_folder(tmp_path) == []
    sizes, indices = {1, 255, 256, 257, 65_536, 69_999, 70_000}, {0, 255, 256, 65_535, 69_999}
    check_proofs(Published(tmp_path), sizes, indices)


def test_another_library_grows_the_same_tree(tmp_path: Path) -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    with Tree(tmp_path, ORIGIN) as tree:
        for first, end in itertools.pairwise([0, 1, 2, 100, 255, 256, 257, 700, 1024, 1500]):
            other.append_entries([entry(index) for index in range(first, end)])
            tree.append(first, leaves(first, end))
            assert tree.root(end) == other.get_root()
            for index in (0, first, end - 1, end // 2):
                proof = other.prove_inclusion(index + 1, end)
                assert proof.path[1:] == tree.inclusion(index, end)
            for size in range(1, end + 1, 37):
                assert tree.root(size) == other.get_root(size)


def test_older_partial_tiles_go_once_a_later_checkpoint_is_shown(tmp_path: Path) -> None:
    with grown(tmp_path, 100) as tree:
        assert files(tmp_path) == ["tile/0/000.p/100"]
        tree.append(100, leaves(100, 300))
        assert files(tmp_path) == ["tile/0/000", "tile/0/000.p/100"]
        tree.publish(signed(300))
        assert files(tmp_path) == ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]
        assert list(tmp_path.rglob("*.p")) == [tmp_path / "tile/0/001.p", tmp_path / "tile/1/000.p"]


def test_who_read_the_checkpoint_before_can_go_on(tmp_path: Path) -> None:
    with grown(tmp_path, 100) as tree:
        before = Published(tmp_path)
        tree.append(100, leaves(100, 200))
        tree.publish(signed(200))
        check_proofs(before, {100}, {7, 99})
        tree.append(200, leaves(200, 300))
        tree.publish(signed(300))
        check_proofs(before, {100}, {7, 99})
        assert before.prove(7).checkpoint == signed(100)


def test_who_reads_while_checkpoints_follow_each_other_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, sizes = Shelf.partials_at, iter([130, 160, 200])

    def listing(self: Shelf, level: int, index: int) -> list[Tile]:
        """What lies there is gone before it is read: a checkpoint each time."""
        found = listed(self, level, index)
        if (size := next(sizes, None)) is not None:
            tree.append(tree.size, leaves(tree.size, size))
            tree.publish(signed(size))
        return found

    with grown(tmp_path, 100) as tree:
        before = Published(tmp_path)
        tree.append(100, leaves(100, 120))
        tree.publish(signed(120))
        monkeypatch.setattr(Shelf, "partials_at", listing)
        assert before.prove(7).checkpoint == signed(100)
        assert tree.published == 200


def test_what_is_pruned_while_it_is_audited_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Shelf.full

    def reading(self: Shelf, level: int, index: int) -> bytes:
        if (level, index) == (0, 1) and tree.prune(256, 512):
            self.forget()
        return read(self, level, index)

    with grown(tmp_path, 1000) as tree:
        monkeypatch.setattr(Shelf, "full", reading)
        (found,) = audit(tmp_path, Checkpoint.of(signed(1000)))
        assert (found.tile, found.state) == (Tile(0, 1), State.PRUNED)


def test_a_checkpoint_may_tell_of_less_than_there_is(tmp_path: Path) -> None:
    with Tree(tmp_path, ORIGIN) as tree:
        tree.append(0, leaves(0, 700))
        tree.publish(signed(600))
        assert (tree.size, tree.published, tree.durable) == (700, 600, 700)
        check_folder(tmp_path)
        with pytest.raises(ValueError, match="of 600 leaves is shown, not one of 500"):
            tree.publish(signed(500))
        with pytest.raises(ValueError, match="it never had 800"):
            tree.publish(signed(800))
        with pytest.raises(ValueError, match="root of the checkpoint is not that of the tree"):
            tree.publish(signed(650, of=bytes(32)))
        with pytest.raises(ValueError, match="is not one of 'example"):
            tree.publish(Checkpoint("b", 650, tree.root(650)).unsigned.signed_by(KEY))


def test_a_gap_is_refused(tmp_path: Path) -> None:
    with grown(tmp_path, 10) as tree:
        with pytest.raises(ValueError, match="has 10 leaves: leaf 11 cannot follow"):
            tree.append(11, leaves(11, 12))
        with pytest.raises(ValueError, match="32 bytes"):
            tree.append(10, [b"short"])
        tree.append(0, leaves(0, 10))
        tree.append(3, leaves(3, 5))
        tree.append(10, [])
        assert tree.size == 10


def test_there_is_one_writer(tmp_path: Path) -> None:
    with grown(tmp_path, 10), pytest.raises(BlockingIOError):
        Tree(tmp_path, ORIGIN)
    Tree(tmp_path, ORIGIN).close()


def test_a_tree_without_checkpoint_tells_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="has no checkpoint yet"):
        Published(tmp_path)


def test_pruning_keeps_every_other_proof(tmp_path: Path) -> None:
    with grown(tmp_path, 3000) as tree:
        with pytest.raises(ValueError, match="cannot be pruned: 3000 are durable"):
            tree.prune(0, 3001)
        assert tree.prune(300, 1100) == 2  # the tiles of 512 to 1023
        assert tree.prune(300, 1100) == 0
        assert tree.prune(1000, 1300) == 1
        kept = {0, 255, 300, 511, 1280, 1300, 2999}
        gone = {512, 700, 1023, 1024, 1279}
        check_proofs(tree, {256, 512, 1024, 1280, 1300, 3000}, kept)
        for index in kept:
            assert tree.inclusion(index, 3000)
        for index in gone:
            with pytest.raises(PrunedError, match="were pruned"):
                tree.leaf_hash(index)
        for size in (512, 1024, 1280):
            assert tree.consistency(size, 3000)
        with pytest.raises(PrunedError):
            tree.consistency(700, 3000)
    with Tree(tmp_path, ORIGIN) as tree:
        tree.append(3000, leaves(3000, 3100))
        tree.publish(signed(3100))
        check_proofs(tree, {256, 3000, 3100}, kept)
    assert [one.tile.index for one in check_folder(tmp_path)] == [2, 3, 4]


def test_an_entry_that_is_not_in_the_tree_is_not_proven(tmp_path: Path) -> None:
    grown(tmp_path, 1000).close()
    shown = Published(tmp_path)
    assert shown.prove(7, leaf(7)).index == 7
    with pytest.raises(DamagedTreeError, match="entry 7 is not the one that stands in the tree"):
        shown.prove(7, leaf(8))


def flip(path: Path, at: int = 100) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 0x10
    path.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


HARM: list[tuple[str, Callable[[Path], object], str]] = [
    ("a flipped bit", lambda t: flip(t / "0/100"), "tile/0/100"),
    ("in the first byte", lambda t: flip(t / "0/000", 0), "tile/0/000"),
    ("in the last byte", lambda t: flip(t / "0/255", 8191), "tile/0/255"),
    ("above", lambda t: flip(t / "1/000"), "tile/1/000"),
    ("at the edge", lambda t: flip(t / "0/273.p/112"), "tile/0/273.p/112"),
    ("at the top", lambda t: flip(t / "2/000.p/1"), "tile/2/000.p/1"),
    ("truncated", lambda t: os.truncate(t / "0/100", 8160), "tile/0/100"),
    ("emptied", lambda t: os.truncate(t / "0/100", 0), "tile/0/100"),
    ("truncated at the edge", lambda t: os.truncate(t / "1/001.p/17", 512), "tile/1/001.p/17"),
    ("too long", lambda t: os.truncate(t / "0/100", 8224), "tile/0/100"),
    ("missing", lambda t: (t / "0/100").unlink(), "tile/0/100"),
    ("swapped", lambda t: swap(t / "0/100", t / "0/101"), "tile/0/100"),
    ("swapped across levels", lambda t: swap(t / "0/100", t / "1/000"), "tile/1/000"),
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large") / "tree"
    grown(folder, 70_000).close()
    return folder


@pytest.mark.parametrize(("harm", "tile"), [one[1:] for one in HARM], ids=[one[0] for one in HARM])
def test_whatever_is_done_to_a_tile_is_found_and_named(
    large: Path, tmp_path: Path, harm: Callable[[Path], object], tile: str
) -> None:
    folder = tmp_path / "tree"
    shutil.copytree(large, folder)
    harm(folder / "tile")
    found = list(audit(folder, Checkpoint.of(signed(70_000))))
    assert tile in [one.tile.path for one in found if one.state == "damaged"]
    first = 100 * 256 + 7
    if tile == "tile/0/100":
        with pytest.raises(DamagedTreeError):
            Published(folder).prove(first)


def test_a_forked_tree_is_found(large: Path, tmp_path: Path) -> None:
    folder, other = tmp_path / "tree", tmp_path / "other"
    shutil.copytree(large, folder)
    with Tree(other, ORIGIN) as tree:
        tree.append(0, [*leaves(0, 1000), leaf(7), *leaves(1001, 70_000)])
        tree.publish(signed(70_000, of=tree.root(70_000)))
    shutil.rmtree(folder / "tile")
    shutil.copytree(other / "tile", folder / "tile")
    found = list(audit(folder, Checkpoint.of(signed(70_000))))
    assert {"tile/2/000.p/1"} <= {one.tile.path for one in found if one.state == "damaged"}
    with pytest.raises(DamagedTreeError, match="tile/1/000 is not the one that was written"):
        Tree(folder, ORIGIN)
    with pytest.raises(DamagedTreeError, match="not those of the checkpoint"):
        Published(folder).prove(7)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("state.json", None, "is missing or old: it tells of 0 leaves, the checkpoint of 300"),
        ("state.json", b"{}", "is damaged"),
        ("state.json", b"", "is damaged"),
        ("checkpoint", b"", "is damaged"),
        ("checkpoint", signed(300).to_bytes().replace(b"log\n", b"lag\n"), "is of the log"),
        ("checkpoint", signed(300, of=bytes(32)).to_bytes(), "not those of its checkpoint"),
        ("checkpoint", signed(301).to_bytes(), "missing or old"),
    ],
)
def test_a_writer_does_not_go_on_from_what_is_damaged(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    grown(tmp_path, 300).close()
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DamagedTreeError, match=why):
        Tree(tmp_path, ORIGIN)
    with pytest.raises(DamagedTreeError, match=why):  # and it let go of the lock
        Tree(tmp_path, ORIGIN)


def test_an_older_state_is_not_taken_for_the_newest(tmp_path: Path) -> None:
    with grown(tmp_path, 300) as tree:
        old = (tmp_path / "state.json").read_bytes()
        tree.append(300, leaves(300, 400))
        tree.publish(signed(400))
    (tmp_path / "state.json").write_bytes(old)
    with pytest.raises(DamagedTreeError, match="tells of 300 leaves, the checkpoint of 400"):
        Tree(tmp_path, ORIGIN)
