"""The cheapest set of hops without which nobody comes from the sources to the targets.

By the theorem of the largest flow and the smallest cut, with Dinic's algorithm. All hops between
the same two places have to be cut together, so what they cost is added.
"""

import itertools
from collections import deque
from collections.abc import Iterable
from typing import Final

from ringwall.posture.permissions.paths import Hop

_ENDLESS: Final = 10**9
_START: Final = "\0start"
_END: Final = "\0end"


def cheapest_cut(
    hops: Iterable[Hop], sources: Iterable[str], targets: Iterable[str]
) -> list[Hop] | None:
    """The hops to take away, none where nothing leads there.

    ``None`` where nothing helps: a source is itself a target.
    """
    several = list(hops)
    begin, end = set(sources), set(targets)
    if begin & end:
        return None
    flow = _Flow()
    for hop in several:
        if hop.source != hop.target:
            flow.add(hop.source, hop.target, hop.effort)
    for source in begin:
        flow.add(_START, source, _ENDLESS)
    for target in end:
        flow.add(target, _END, _ENDLESS)
    flow.fill()
    near = flow.levels()
    return [hop for hop in several if hop.source in near and hop.target not in near]


class _Flow:
    """What may still go from place to place."""

    def __init__(self) -> None:
        self.left: dict[str, dict[str, int]] = {_START: {}, _END: {}}

    def add(self, source: str, target: str, capacity: int) -> None:
        onward = self.left.setdefault(source, {})
        onward[target] = onward.get(target, 0) + capacity
        self.left.setdefault(target, {}).setdefault(source, 0)

    def levels(self) -> dict[str, int]:
        """How far each place is from the start, along what is left."""
        found = {_START: 0}
        waiting = deque([_START])
        while waiting:
            place = waiting.popleft()
            for target, capacity in self.left[place].items():
                if capacity > 0 and target not in found:
                    found[target] = found[place] + 1
                    waiting.append(target)
        return found

    def fill(self) -> None:
        while _END in (levels := self.levels()):
            onward = {
                place: [to for to in self.left[place] if levels.get(to) == level + 1]
                for place, level in levels.items()
            }
            while (path := self._path(onward)) is not None:
                steps = list(itertools.pairwise(path))
                amount = min(self.left[one][other] for one, other in steps)
                for one, other in steps:
                    self.left[one][other] -= amount
                    self.left[other][one] += amount

    def _path(self, onward: dict[str, list[str]]) -> list[str] | None:
        """One more way to the end; whatever leads nowhere is never tried again."""
        path = [_START]
        while path[-1] != _END:
            place = path[-1]
            several = onward.get(place, [])
            while several and self.left[place][several[-1]] <= 0:
                several.pop()
            if several:
                path.append(several[-1])
            elif len(path) == 1:
                return None
            else:
                path.pop()
                onward[path[-1]].pop()
        return path
