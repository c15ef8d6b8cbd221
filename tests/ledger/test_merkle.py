"""The tree is that of RFC 9162: published vectors, the definition itself, and another library."""

from collections.abc import Sequence
from functools import cache
from typing import Final

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.verifier import module

from ringwall.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    proof_over,
    root_at,
    root_of,
    subtrees,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of Certificate Transparency, whose tests for RFC 6962 every log shares.
ENTRIES: Final = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS: Final = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_96A2: Final = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_5F08: Final = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_6B47: Final = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_BC1A: Final = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_CA85: Final = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_0EBC: Final = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
_LEAVES: Final = [leaf_hash(entry) for entry in ENTRIES]


def hash_of(leaves: Sequence[bytes], level: int, index: int) -> bytes:
    """The hash of a node after its definition."""
    if level == 0:
        return leaves[index]
    return node_hash(
        hash_of(leaves, level - 1, 2 * index), hash_of(leaves, level - 1, 2 * index + 1)
    )


def defined_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, to the letter."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def inclusion(leaves: Sequence[bytes], index: int, size: int) -> list[bytes]:
    return proof_over(inclusion_spans(index, size), lambda *node: hash_of(leaves, *node))


def consistency(leaves: Sequence[bytes], old: int, new: int) -> list[bytes]:
    return proof_over(consistency_spans(old, new), lambda *node: hash_of(leaves, *node))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_published(size: int) -> None:
    assert root_of(_LEAVES[:size]).hex() == ROOTS[size]
    assert root_at(size, lambda *node: hash_of(_LEAVES, *node)).hex() == ROOTS[size]
    grown = CompactRange()
    for one in _LEAVES[:size]:
        grown.append(one)
    assert grown.root().hex() == ROOTS[size]
    assert grown.hashes == [hash_of(_LEAVES, *node) for node in subtrees(0, size)]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [_96A2, _5F08, _6B47]),
        (5, 8, [_BC1A, _CA85, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], _5F08, _BC1A]),
    ],
)
def test_inclusion_proofs_are_those_published(index: int, size: int, path: list[str]) -> None:
    assert [one.hex() for one in inclusion(_LEAVES, index, size)] == path


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (1, 1, []),
        (1, 8, [_96A2, _5F08, _6B47]),
        (6, 8, [_0EBC, _CA85, ROOTS[4]]),
        (2, 5, [_5F08, _BC1A]),
    ],
)
def test_consistency_proofs_are_those_published(old: int, new: int, path: list[str]) -> None:
    assert [one.hex() for one in consistency(_LEAVES, old, new)] == path


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    new = draw(st.integers(1, 70))
    return draw(st.integers(1, new)), new


@given(two_sizes(), st.data())
def test_another_library_gives_and_takes_the_same_proofs(
    sizes: tuple[int, int], data: st.DataObject
) -> None:
    old, new = sizes
    entries = data.draw(st.lists(st.binary(max_size=9), min_size=new, max_size=new))
    other = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in entries]
    assert root_of(leaves) == other.get_root() == defined_root(leaves)
    assert root_of(leaves[:old]) == other.get_root(old)

    index = old - 1
    theirs = other.prove_inclusion(old, new)
    assert theirs.path == [leaves[index], *inclusion(leaves, index, new)]
    pymerkle.verify_inclusion(leaves[index], root_of(leaves), theirs)
    assert verify_inclusion(
        leaf=leaves[index], index=index, size=new, path=theirs.path[1:], root=other.get_root()
    )

    # Of consistency it has proofs of its own form: only the two roots can be compared.
    across = consistency(leaves, old, new)
    assert verify_consistency(
        old=old,
        new=new,
        old_root=other.get_root(old),
        new_root=other.get_root(),
        path=across,
    )


@given(two_sizes(), st.data())
def test_whatever_is_changed_in_a_proof_makes_it_false(
    sizes: tuple[int, int], data: st.DataObject
) -> None:
    old, new = sizes
    leaves = [leaf_hash(number.to_bytes(2)) for number in range(new)]
    index, root, older = old - 1, root_of(leaves), root_of(leaves[:old])
    path, across = inclusion(leaves, index, new), consistency(leaves, old, new)

    def includes(
        leaf: bytes = leaves[index],
        index: int = index,
        size: int = new,
        path: Sequence[bytes] = tuple(path),
        root: bytes = root,
    ) -> bool:
        return verify_inclusion(leaf=leaf, index=index, size=size, path=path, root=root)

    def continues(
        old: int = old,
        new: int = new,
        old_root: bytes = older,
        new_root: bytes = root,
        path: Sequence[bytes] = tuple(across),
    ) -> bool:
        return verify_consistency(old=old, new=new, old_root=old_root, new_root=new_root, path=path)

    assert includes()
    assert continues()
    other = data.draw(st.binary(min_size=32, max_size=32).filter(lambda one: one not in leaves))
    assert not includes(leaf=other)
    assert not includes(root=other)
    assert not includes(index=data.draw(st.integers(-1, new + 1).filter(lambda n: n != index)))
    assert not includes(path=[*path, other])
    assert not includes(path=[other, *path])
    assert not continues(old_root=other)
    assert not continues(new_root=other)
    assert not continues(path=[*across, other])
    assert not continues(path=[other, *across])
    for change, one in ((includes, path), (continues, across)):
        if one:
            place = data.draw(st.integers(0, len(one) - 1))
            bit = 1 << data.draw(st.integers(0, 255))
            flipped = (int.from_bytes(one[place]) ^ bit).to_bytes(32)
            assert not change(path=[*one[:place], flipped, *one[place + 1 :]])
            assert not change(path=one[:-1])
            assert not change(path=one[1:])


def test_the_empty_tree_is_continued_by_all_without_proof() -> None:
    some = root_of(_LEAVES)
    assert verify_consistency(old=0, new=8, old_root=EMPTY_ROOT, new_root=some, path=[])
    assert not verify_consistency(old=0, new=8, old_root=EMPTY_ROOT, new_root=some, path=[some])
    assert not verify_consistency(old=0, new=8, old_root=some, new_root=some, path=[])
    assert not verify_consistency(old=0, new=0, old_root=some, new_root=some, path=[])
    assert not verify_consistency(old=9, new=8, old_root=some, new_root=some, path=[])
    with pytest.raises(ValueError, match="a tree of 8 leaves does not continue one of 9"):
        consistency_spans(9, 8)
    with pytest.raises(ValueError, match="a tree of 8 leaves has no leaf 8"):
        inclusion_spans(8, 8)


@given(st.integers(0, 200), st.integers(0, 7))
def test_whole_subtrees_are_appended_where_they_fit(size: int, level: int) -> None:
    leaves = [leaf_hash(number.to_bytes(2)) for number in range(size + 128)]
    grown = CompactRange()
    for one in leaves[:size]:
        grown.append(one)
    if size % (1 << level):
        with pytest.raises(ValueError, match="cannot stand at leaf"):
            grown.append(leaves[0], level=level)
        return
    grown.append(hash_of(leaves, level, size >> level), level=level)
    assert grown.root() == root_of(leaves[: size + (1 << level)])


@cache
def same(level: int) -> bytes:
    """A node of a tree whose leaves are all the same, which can be as large as one likes."""
    return leaf_hash(b"") if level == 0 else node_hash(same(level - 1), same(level - 1))


@given(st.integers(1, 2**62), st.data())
def test_trees_of_any_size_are_proven(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    roots = [root_at(size, lambda level, _: same(level)) for size in (old, new)]
    path = proof_over(inclusion_spans(old - 1, new), lambda level, _: same(level))
    across = proof_over(consistency_spans(old, new), lambda level, _: same(level))
    assert len(path) <= 63
    assert len(across) <= 63
    assert verify_inclusion(leaf=same(0), index=old - 1, size=new, path=path, root=roots[1])
    assert verify_consistency(old=old, new=new, old_root=roots[0], new_root=roots[1], path=across)
    # The independent verifier goes the other way round.
    assert module().root_from_inclusion(same(0), old - 1, new, path) == roots[1]
    assert module().roots_from_consistency(old, new, across, roots[0]) == tuple(roots)
