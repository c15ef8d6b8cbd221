"""The Merkle tree of RFC 9162, section 2: hashes, roots, proofs and their verification.

Sizes and indices count leaves. A *node* is the root of a perfect subtree, named by its level (0 is
that of leaves) and its index from the left: it stands over the leaves
``[index << level, (index + 1) << level)``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final

HASH_SIZE: Final = 32
"""Bytes of a hash."""
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of the tree without leaves."""

Span = tuple[int, int]
"""Leaves from the first to before the second."""
HashOf = Callable[[int, int], bytes]
"""The hash of the node with this level and index."""


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry, ``HASH(0x00 || d)`` (RFC 9162, section 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two children, ``HASH(0x01 || left || right)`` (section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


def layer_above(hashes: bytes) -> bytes:
    """The parents of an even number of nodes, all hashes joined."""
    return b"".join(
        [
            sha256(b"\x01" + hashes[place : place + 64]).digest()
            for place in range(0, len(hashes), 64)
        ]
    )


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves with these hashes (section 2.1.1)."""
    if not hashes:
        return EMPTY_ROOT
    layer = b"".join(hashes)
    while len(layer) > HASH_SIZE:
        odd = len(layer) % 64  # a last node without a sibling is its own parent
        layer = layer_above(layer[: len(layer) - odd]) + (layer[-odd:] if odd else b"")
    return layer


def subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The nodes, level and index, that together stand over a span of leaves, from the left.

    For spans that begin at 0 or are a child in some tree: their first node is their largest.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def folded(hashes: Sequence[bytes]) -> bytes:
    """The hash over what :func:`subtrees` gave, in the same order."""
    if not hashes:
        return EMPTY_ROOT
    found = hashes[-1]
    for one in reversed(hashes[:-1]):
        found = node_hash(one, found)
    return found


def root_at(size: int, hash_of: HashOf) -> bytes:
    """The root of the tree when it had ``size`` leaves."""
    return folded([hash_of(level, index) for level, index in subtrees(0, size)])


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Over which leaves the hashes of an inclusion proof stand (section 2.1.3.1).

    ``ValueError`` where the tree has no such leaf.
    """
    if not 0 <= index < size:
        msg = f"a tree of {size} leaves has no leaf {index}"
        raise ValueError(msg)
    start, end = 0, size
    spans: list[Span] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Over which leaves the hashes of a consistency proof stand (section 2.1.4.1).

    None from an empty tree, which every tree continues. ``ValueError`` where the older is larger.
    """
    if not 0 <= old <= new:
        msg = f"a tree of {new} leaves does not continue one of {old}"
        raise ValueError(msg)
    start, end = 0, new
    spans: list[Span] = []
    if old == 0:
        return spans
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, end))
    return spans[::-1]


def proof_over(spans: Iterable[Span], hash_of: HashOf) -> list[bytes]:
    """The hashes over these spans: a proof as it is given away."""
    return [folded([hash_of(*node) for node in subtrees(*span)]) for span in spans]


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``path`` shows that ``leaf`` (a hash) is at ``index`` (section 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *path):
        return False
    place, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(one, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether ``path`` shows that the newer tree begins with the older (section 2.1.4.2).

    From an empty tree, and between equal ones, the proof is empty (C2SP tlog-witness).
    """
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *path):
        return False
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if not path:
        return False
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = now = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, now = node_hash(one, before), node_hash(one, now)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            now = node_hash(now, one)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and now == new_root


class CompactRange:
    """As little of a tree as is needed to append to it and to know its root.

    ``hashes`` has one for each 1 in the binary number of ``size``: those of :func:`subtrees`.
    """

    def __init__(self) -> None:
        self.size = 0
        self.hashes: list[bytes] = []

    def append(self, hash_: bytes, *, level: int = 0) -> None:
        """Add a leaf, or a whole perfect subtree where the size is a multiple of its width."""
        if self.size & ((1 << level) - 1):
            msg = f"a subtree of level {level} cannot stand at leaf {self.size}"
            raise ValueError(msg)
        carried = self.size >> level
        while carried & 1:
            hash_, carried = node_hash(self.hashes.pop(), hash_), carried >> 1
        self.hashes.append(hash_)
        self.size += 1 << level

    def root(self) -> bytes:
        """The root over all that was appended."""
        return folded(self.hashes)


def _are_hashes(*found: bytes) -> bool:
    return all(len(one) == HASH_SIZE for one in found)


def _split(width: int) -> int:
    """The largest power of two that is less than ``width``, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)
