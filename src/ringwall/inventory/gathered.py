"""Relations gathered in memory, for who asks about nearly all of them. Pure.

Three arrays, sorted by where a hop begins: a million relations take some twenty megabytes.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from ringwall.core.components import RelationKind
from ringwall.inventory.reaching import BACK, LEADS, Hop

_KINDS: Final = tuple(sorted(LEADS | BACK))
_NUMBERS: Final = {kind.value: number for number, kind in enumerate(_KINDS)}
LEADING: Final = tuple(kind.value for kind in _KINDS)
"""The kinds along which one gets from one component to another; others are left out."""


class Gathered:
    """A graph (:data:`~ringwall.inventory.reaching.Graph`) of rows of kind, origin and target."""

    def __init__(self, rows: Iterable[tuple[str, int, int]]) -> None:
        origins, targets, kinds = array("q"), array("q"), array("b")
        for kind, origin, target in rows:
            number = _NUMBERS.get(kind)
            if number is None:
                continue
            is_reversed = _KINDS[number] in BACK
            origins.append(target if is_reversed else origin)
            targets.append(origin if is_reversed else target)
            kinds.append(number)
        order = sorted(range(len(origins)), key=origins.__getitem__)
        self._origins = array("q", map(origins.__getitem__, order))
        self._targets = array("q", map(targets.__getitem__, order))
        self._kinds = array("b", map(kinds.__getitem__, order))

    def __call__(self, nodes: Collection[int]) -> Iterator[Hop[int]]:
        """Hops that begin at these components."""
        origins, last = self._origins, len(self._origins)
        for node in nodes:
            place = bisect_left(origins, node)
            while place < last and origins[place] == node:
                kind: RelationKind = _KINDS[self._kinds[place]]
                yield Hop(kind, node, self._targets[place], is_reversed=kind in BACK)
                place += 1
