"""Leaves to grow trees of, keys to sign with, and one checker of all that a tree promises."""

from functools import cache
from pathlib import Path
from typing import Final

from ringwall.ledger.auditing import Found, audit
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import Kind, SigningKey
from ringwall.ledger.merkle import (
    CompactRange,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from ringwall.ledger.notes import Note
from ringwall.ledger.proving import Proving, PrunedError
from ringwall.ledger.published import Published
from ringwall.ledger.tree import Tree

ORIGIN: Final = "example.com/log"
KEY: Final = SigningKey.of(ORIGIN, bytes(range(32)))
WITNESS: Final = SigningKey.of("witness.example/w1", bytes(range(1, 33)), Kind.COSIGNATURE)
NOW: Final = 1_800_000_000


def entry(index: int) -> bytes:
    return b'{"event":%d}' % index


@cache
def leaf(index: int) -> bytes:
    return leaf_hash(entry(index))


def leaves(first: int, end: int) -> list[bytes]:
    return [leaf(index) for index in range(first, end)]


@cache
def root(size: int) -> bytes:
    return root_of(leaves(0, size))


def signed(size: int, *, key: SigningKey = KEY, of: bytes | None = None) -> Note:
    return Checkpoint(ORIGIN, size, of or root(size)).unsigned.signed_by(key)


def grown(folder: Path, size: int, *, first: int = 0) -> Tree:
    """A tree with the usual leaves and a checkpoint."""
    tree = Tree(folder, ORIGIN)
    tree.append(first, leaves(first, size))
    tree.publish(signed(size))
    return tree


def check_proofs(tree: Proving, sizes: set[int], indices: set[int]) -> None:
    """Roots, and all proofs that these sizes and indices have, are right or rightly missing."""
    pruned = 0
    asked = sorted(size for size in sizes if size <= tree.size)
    for size in asked:
        try:
            assert tree.root(size) == root(size)
        except PrunedError:
            pruned += 1
            continue
        for index in (one for one in indices if one < size):
            try:
                assert tree.leaf_hash(index) == leaf(index)
            except PrunedError:
                continue
            path = tree.inclusion(index, size)
            assert verify_inclusion(
                leaf=leaf(index), index=index, size=size, path=path, root=root(size)
            )
    for old in asked:
        for new in (one for one in asked if one >= old):
            try:
                path = tree.consistency(old, new)
            except PrunedError:
                continue
            assert verify_consistency(
                old=old, new=new, old_root=root(old), new_root=root(new), path=path
            )


def check_folder(folder: Path) -> list[Found]:
    """The tree of the newest checkpoint is whole; what was pruned of it."""
    shown = Published(folder)
    assert shown.note.verified([KEY.verifier])
    assert shown.checkpoint.root == root(shown.size)
    found = list(audit(folder, shown.checkpoint))
    assert [one for one in found if one.state != "pruned"] == []
    whole = CompactRange()
    for index in range(0, shown.size, 1024):
        try:
            for one in shown.leaf_hashes(index, min(index + 1024, shown.size)):
                whole.append(one)
        except PrunedError:
            return found
    assert whole.root() == shown.checkpoint.root
    return found
