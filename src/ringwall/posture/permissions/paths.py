"""Ways through a graph, hop by hop with their reasons: shortest first, no more than asked."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

INTERNET: Final = "internet"
NEVER: Final = 1_000_000
"""The effort of what nobody can take away: who has every permission has whatever is there."""
_MOST_STEPS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Hop:
    """One step. ``how`` is a sentence of its own; ``effort`` is what it costs to take it away.

    ``technique`` is the id of an escalation, empty where it is none. What is not certain hangs on
    conditions, or on what nobody could read. ``by`` are the statements or rules that allow it,
    ``mend`` says what to do so that it is not there any more, ``account`` where that is done.
    """

    source: str
    target: str
    how: str
    technique: str = ""
    is_certain: bool = True
    effort: int = 1
    by: tuple[str, ...] = field(default=(), compare=False)
    mend: str = field(default="", compare=False)
    account: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """Hops that follow each other; ``target`` is where they lead."""

    hops: tuple[Hop, ...]

    @property
    def source(self) -> str:
        """Where it begins."""
        return self.hops[0].source

    @property
    def target(self) -> str:
        """Where it leads."""
        return self.hops[-1].target

    @property
    def is_certain(self) -> bool:
        """Whether each hop is."""
        return all(hop.is_certain for hop in self.hops)

    def __str__(self) -> str:
        return "; ".join(hop.how for hop in self.hops)


@dataclass(frozen=True, slots=True)
class Ways:
    """The paths that were found; ``is_all`` is whether there are no others within the bounds."""

    paths: tuple[Path, ...]
    is_all: bool


def ways(
    hops: Iterable[Hop],
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    longest: int = 8,
    most: int = 100,
) -> Ways:
    """The paths from sources to targets, shortest first, none of which comes by a place twice.

    Of hops between the same places one stands for all: one that is certain, if there is one. At
    most ``longest`` hops each, and ``most`` paths.
    """
    wanted = set(targets)
    leaving = _leaving(hops)
    left = _distances(leaving, wanted)
    waiting: deque[tuple[str, tuple[Hop, ...]]] = deque(
        (source, ())
        for source in dict.fromkeys(sources)
        if left.get(source, longest + 1) <= longest
    )
    found: list[Path] = []
    steps = 0
    while waiting:
        place, so_far = waiting.popleft()
        if place in wanted and so_far:
            found.append(Path(so_far))
            if len(found) == most:
                return Ways(tuple(found), not waiting)
            continue
        been = {hop.source for hop in so_far} | {place}
        for hop in leaving.get(place, ()):
            steps += 1
            ahead = left.get(hop.target)
            if ahead is None or hop.target in been or len(so_far) + 1 + ahead > longest:
                continue
            waiting.append((hop.target, (*so_far, hop)))
        if steps > _MOST_STEPS:
            return Ways(tuple(found), is_all=False)
    return Ways(tuple(found), is_all=True)


def reached(hops: Iterable[Hop], sources: Iterable[str]) -> set[str]:
    """All places that can be come to from sources, these included."""
    leaving = _leaving(hops)
    found = set(sources)
    waiting = list(found)
    while waiting:
        for hop in leaving.get(waiting.pop(), ()):
            if hop.target not in found:
                found.add(hop.target)
                waiting.append(hop.target)
    return found


def _leaving(hops: Iterable[Hop]) -> Mapping[str, Sequence[Hop]]:
    best: dict[tuple[str, str], Hop] = {}
    for hop in hops:
        known = best.get((hop.source, hop.target))
        if known is None or (hop.is_certain and not known.is_certain):
            best[hop.source, hop.target] = hop
    leaving: dict[str, list[Hop]] = {}
    for hop in best.values():
        leaving.setdefault(hop.source, []).append(hop)
    return leaving


def _distances(leaving: Mapping[str, Sequence[Hop]], targets: set[str]) -> dict[str, int]:
    """How many hops each place is from the nearest target."""
    coming: dict[str, list[str]] = {}
    for several in leaving.values():
        for hop in several:
            coming.setdefault(hop.target, []).append(hop.source)
    far = dict.fromkeys(targets, 0)
    waiting = deque(targets)
    while waiting:
        place = waiting.popleft()
        for source in coming.get(place, ()):
            if source not in far:
                far[source] = far[place] + 1
                waiting.append(source)
    return far
