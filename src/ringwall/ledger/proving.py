"""Roots and proofs out of tiles, wherever these come from."""

from abc import ABC, abstractmethod

from ringwall.ledger.merkle import (
    HASH_SIZE,
    consistency_spans,
    inclusion_spans,
    proof_over,
    root_at,
)
from ringwall.ledger.tiles import HEIGHT, WIDTH, place_of, top_of


class DamagedTreeError(ValueError):
    """What is kept of the tree is not what it was; the text names the file."""


class PrunedError(LookupError):
    """Leaves that are asked for were pruned: nothing is wrong, but they are not there any more."""


class Proving(ABC):
    """A tree of ``size`` leaves whose tiles can be read.

    All methods raise :class:`PrunedError` and :class:`DamagedTreeError`, and ``ValueError`` where
    the tree was never so large.
    """

    size: int

    @abstractmethod
    def hashes(self, level: int, index: int, first: int, last: int) -> bytes:
        """Hashes of the ``index``-th tile of a level, from ``first`` to before ``last``, joined."""

    def hash_of(self, level: int, index: int) -> bytes:
        """The hash of a node."""
        return top_of(self.hashes(*place_of(level, index)))

    def root(self, size: int) -> bytes:
        """The root when the tree had ``size`` leaves."""
        self._reaches(size)
        return root_at(size, self.hash_of)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The proof that leaf ``index`` is in the tree of ``size`` leaves."""
        self._reaches(size)
        return proof_over(inclusion_spans(index, size), self.hash_of)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of ``new`` leaves begins with that of ``old``."""
        self._reaches(new)
        return proof_over(consistency_spans(old, new), self.hash_of)

    def leaf_hash(self, index: int) -> bytes:
        """The hash of the entry ``index``."""
        return self.leaf_hashes(index, index + 1)[0]

    def leaf_hashes(self, first: int, end: int) -> list[bytes]:
        """The hashes of the entries from ``first`` to before ``end``."""
        if not 0 <= first <= end:
            msg = f"there are no leaves from {first} to before {end}"
            raise ValueError(msg)
        self._reaches(end)
        found: list[bytes] = []
        while first < end:
            index, begin = divmod(first, WIDTH)
            last = min(WIDTH, end - index * WIDTH)
            joined = self.hashes(0, index, begin, last)
            found += [joined[at : at + HASH_SIZE] for at in range(0, len(joined), HASH_SIZE)]
            first = (index << HEIGHT) + last
        return found

    def _reaches(self, size: int) -> None:
        if not 0 <= size <= self.size:
            msg = f"the tree has {self.size} leaves, it never had {size}"
            raise ValueError(msg)
