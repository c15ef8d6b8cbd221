"""Whatever a tree was doing when it was killed, or the power went, it goes on with what it had."""

import os
import random
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.ledger.failing_disk import FailingDisk, Killed
from tests.ledger.forests import ORIGIN, check_folder, check_proofs, leaf, leaves, root, signed

from ringwall.ledger.disk import Disk
from ringwall.ledger.tiles import WIDTH, partial_tiles
from ringwall.ledger.tree import ForkError, Tree


class Grows(RuleBasedStateMachine):
    """Appends, syncs, publishes, prunes; killed at any step of each."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp())
        self.folder = self.base / "tree"
        self.durable = self.shown = 0
        self.sizes: set[int] = {0}

    @initialize()
    def begin(self) -> None:
        self.disk = FailingDisk()
        self.tree = Tree(self.folder, ORIGIN, self.disk)

    def teardown(self) -> None:
        if hasattr(self, "tree"):
            self.tree.close()
        shutil.rmtree(self.base)

    @rule(
        count=st.integers(0, 700) | st.just(256) | st.just(6_000),
        again=st.integers(0, 600),
        dies=st.none() | st.integers(0, 12),
        seed=st.none() | st.integers(0, 2**32),
    )
    def append(self, count: int, again: int, dies: int | None, seed: int | None) -> None:
        if self.tree.size > 40_000:
            return
        first = max(self.tree.size - again, self.pruned_to)
        first, end = min(first, self.tree.size), self.tree.size + count
        self.doing(lambda: self.tree.append(first, leaves(first, end)), dies, seed)

    @rule(dies=st.none() | st.integers(0, 4), seed=st.none() | st.integers(0, 2**32))
    def sync(self, dies: int | None, seed: int | None) -> None:
        size = self.tree.size
        if self.doing(self.tree.sync, dies, seed):
            self.durable = size

    @rule(
        back=st.integers(0, 300),
        dies=st.none() | st.integers(0, 16),
        seed=st.none() | st.integers(0, 2**32),
    )
    def publish(self, back: int, dies: int | None, seed: int | None) -> None:
        size = max(self.tree.size - back, self.shown, self.pruned_to)
        end = self.tree.size
        if self.doing(lambda: self.tree.publish(signed(size)), dies, seed):
            self.durable, self.shown = end, size
        self.sizes.add(size)

    @rule(
        part=st.floats(0, 1),
        width=st.integers(0, 5 * WIDTH),
        dies=st.none() | st.integers(0, 6),
        seed=st.none() | st.integers(0, 2**32),
    )
    def prune(self, part: float, width: int, dies: int | None, seed: int | None) -> None:
        first = int(part * self.shown)
        end = min(first + width, self.shown)
        self.doing(lambda: self.tree.prune(first, end), dies, seed)

    def doing(self, what, dies: int | None, seed: int | None) -> bool:  # type: ignore[no-untyped-def]
        """Whether it came to its end; else what comes after the crash was done."""
        self.disk.left = dies
        with suppress(Killed):
            what()
            self.disk.left = None
            return True
        self.tree.close()
        if seed is not None:
            self.disk.lose_power(random.Random(seed))
        self.begin()
        assert self.tree.size >= self.durable
        assert self.tree.published >= self.shown
        self.durable, self.shown = self.tree.size, self.tree.published
        self.sizes |= {self.tree.size}
        return False

    @property
    def pruned_to(self) -> int:
        """What lies before may be gone, so it cannot be given again."""
        spans = self.tree._shelf.pruned()
        return spans[-1][1] * WIDTH if spans else 0

    @invariant()
    def holds(self) -> None:
        if not hasattr(self, "tree"):
            return
        tree = self.tree
        check_proofs(
            tree, {*sorted(self.sizes)[-4:], tree.size}, {0, tree.size // 2, max(tree.size - 1, 0)}
        )
        if tree.published:
            check_folder(self.folder)


Grows.TestCase.settings = settings(max_examples=50, stateful_step_count=14, deadline=None)
TestGrows = Grows.TestCase


@pytest.mark.parametrize(
    ("begin", "end", "each", "power"),
    [
        (700, 1700, 1, False),
        (700, 1700, 1, True),
        # On both sides of a tile of level 1 becoming full.
        (65_000, 66_000, 3, True),
    ],
)
def test_a_kill_at_each_single_step_loses_nothing(
    tmp_path: Path, begin: int, end: int, each: int, power: bool
) -> None:
    base = tmp_path / "base"
    with Tree(base, ORIGIN) as tree:
        tree.append(0, leaves(0, begin))
        tree.publish(signed(begin))
    step = 0
    while True:
        folder = tmp_path / str(step)
        shutil.copytree(base, folder)
        disk = FailingDisk()
        disk.left = step
        tree = Tree(folder, ORIGIN, disk)
        done = False
        with suppress(Killed):
            tree.append(begin - 100, leaves(begin - 100, end))
            tree.sync()
            tree.publish(signed(end))
            tree.prune(0, 512)
            done = True
        tree.close()
        if power:
            disk.lose_power(random.Random(step))
        with Tree(folder, ORIGIN) as tree:
            assert tree.size in {begin, end}
            if tree.published:
                check_folder(folder)
            tree.append(tree.size, leaves(tree.size, end))
            tree.publish(signed(end))
            tree.prune(0, 512)
        assert len(check_folder(folder)) == 2
        lying = sorted(str(one.relative_to(folder)) for one in folder.rglob("*.p/*"))
        assert lying == sorted(tile.path for tile in partial_tiles(end))
        assert list(folder.rglob(".new-*")) == []
        shutil.rmtree(folder)
        if done:
            break
        step += each
    assert step > 15


def test_a_full_disk_adds_nothing(tmp_path: Path) -> None:
    class Full(Disk):
        left: int | None = None

        def write(self, path: Path, content: bytes) -> None:
            if self.left is not None:
                self.left -= 1
                if self.left < 0:
                    raise OSError(28, "No space left on device")
            super().write(path, content)

    disk = Full()
    with Tree(tmp_path / "tree", ORIGIN, disk) as tree:
        tree.append(0, leaves(0, 300))
        disk.left = 1
        with pytest.raises(OSError, match="No space"):
            tree.append(300, leaves(300, 2000))
        assert (tree.size, tree.root(300)) == (300, root(300))
        disk.left = None
        tree.append(300, leaves(300, 2000))
        assert tree.root(2000) == root(2000)
        with pytest.raises(ForkError, match="leaf 1000 is in the tree already"):
            tree.append(999, [leaf(999), leaf(1), *leaves(1001, 2500)])
        assert tree.size == 2000


def test_after_a_sync_that_failed_all_is_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel tells of lost pages once, and calls the next sync of the same file good."""
    fsync, fails = os.fsync, [True]

    def failing(descriptor: int) -> None:
        if fails and fails.pop():
            raise OSError(5, "Input/output error")
        fsync(descriptor)

    with Tree(tmp_path, ORIGIN) as tree:
        tree.append(0, leaves(0, 600))
        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            tree.sync()
        for _ in range(2):
            with pytest.raises(RuntimeError, match="an earlier sync failed"):
                tree.sync()
            with pytest.raises(RuntimeError, match="an earlier sync failed"):
                tree.publish(signed(600))
    (tmp_path / "tile/0/001").write_bytes(bytes(8192))  # what was lost
    with Tree(tmp_path, ORIGIN) as tree:
        assert tree.size == 0
        tree.append(0, leaves(0, 600))
        tree.publish(signed(600))
    check_folder(tmp_path)
