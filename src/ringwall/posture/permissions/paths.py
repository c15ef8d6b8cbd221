"""Ways through a graph, hop by hop with their reasons: shortest first, no more than asked."""

from collections import deque
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, NamedTuple

INTERNET: Final = "internet"
NEVER: Final = 1_000_000
"""The effort of what nobody can take away: who has every permission has whatever is there."""
_MOST_STEPS: Final = 200_000
_NOWHERE: Final = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Hop:
    """One step. ``how`` is a sentence of its own; ``effort`` is what it costs to take it away.

    ``technique`` is the id of an escalation, empty where it is none. What is not certain hangs on
    conditions, or on what nobody could read. ``by`` are the statements or rules that allow it,
    ``mend`` says what to do so that it is not there any more, ``account`` where that is done;
    ``changed`` are those of ``by`` that it changes, if not all.
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
    changed: tuple[str, ...] = field(default=(), compare=False)

    @property
    def to_change(self) -> tuple[str, ...]:
        """The statements or rules that have to go for that it is not there any more."""
        return self.changed or self.by


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


class Network:
    """Hops by the places they leave and come to: what many searches have in common.

    Of hops between the same places one stands for all: one that is certain, if there is one.
    """

    def __init__(self, hops: Iterable[Hop] = ()) -> None:
        self._leaving: dict[str, dict[str, Hop]] = {}
        self._coming: dict[str, set[str]] = {}
        self._add(hops)

    def leaving(self, place: str) -> Iterable[Hop]:
        """The hops that leave a place."""
        return self._leaving.get(place, {}).values()

    def coming(self, place: str) -> Set[str]:
        """The places from which hops come to this one."""
        return self._coming.get(place, _NOWHERE)

    def with_more(self, hops: Iterable[Hop]) -> "Network":
        """The same with more hops; this one stays as it is."""
        several = list(hops)
        made = Network()
        made._leaving = self._leaving | {
            place: dict(self._leaving.get(place, {})) for place in {hop.source for hop in several}
        }
        made._coming = self._coming | {
            place: set(self._coming.get(place, ())) for place in {hop.target for hop in several}
        }
        made._add(several)
        return made

    def _add(self, hops: Iterable[Hop]) -> None:
        for hop in hops:
            row = self._leaving.setdefault(hop.source, {})
            known = row.get(hop.target)
            if known is None or (hop.is_certain and not known.is_certain):
                row[hop.target] = hop
            self._coming.setdefault(hop.target, set()).add(hop.source)


def ways(
    hops: Iterable[Hop] | Network,
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
    network = hops if isinstance(hops, Network) else Network(hops)
    walking = _Walking(network, frozenset(targets), longest)
    return walking.ways(list(dict.fromkeys(sources)), most)


class _Begun(NamedTuple):
    """A path that is gone so far. In order: how long it becomes at least, then as hops are told."""

    length: int
    turns: tuple[int, ...]
    place: str
    hops: tuple[Hop, ...]


class _Walking:
    """A search that goes on with what becomes shortest (A*), so that few others are begun.

    How far a place is from the targets is known at first without regard to where a path has been.
    When it is its turn, that is looked at anew without those places: what leads nowhere any more
    is given up before it is gone on with, however much everything leads to everything.
    """

    def __init__(self, network: Network, wanted: frozenset[str], longest: int) -> None:
        self._network, self._wanted, self._longest = network, wanted, longest
        self._left = _distances(network, wanted)
        self._steps = 0

    def ways(self, sources: Sequence[str], most: int) -> Ways:
        """No more than ``most``, and whether these are all."""
        waiting: list[_Begun] = []
        for turn, source in enumerate(sources):
            self._wait(waiting, _Begun(0, (turn,), source, ()))
        found: list[Path] = []
        while waiting:
            if self._steps > _MOST_STEPS:
                return Ways(tuple(found), is_all=False)
            one = heappop(waiting)
            if one.hops and one.place in self._wanted:
                if len(found) == most:
                    return Ways(tuple(found), is_all=False)
                found.append(Path(one.hops))
                continue
            length = self._length(one)
            if length is None:
                continue
            if length > one.length:
                heappush(waiting, one._replace(length=length))
                continue
            been = {hop.source for hop in one.hops}
            for turn, hop in enumerate(self._network.leaving(one.place)):
                self._steps += 1
                if hop.target not in been and hop.target != one.place:
                    turns = (*one.turns, turn)
                    self._wait(waiting, _Begun(length, turns, hop.target, (*one.hops, hop)))
        return Ways(tuple(found), is_all=True)

    def _wait(self, waiting: list[_Begun], one: _Begun) -> None:
        left = self._left.get(one.place)
        if left is not None and (length := len(one.hops) + left) <= self._longest:
            heappush(waiting, one._replace(length=max(one.length, length)))

    def _length(self, one: _Begun) -> int | None:
        """How long it becomes at least where it has been nowhere twice; none where too long."""
        been = {hop.source for hop in one.hops}
        if self._falls(one, been):
            return one.length
        ahead: Set[str] = self._wanted - been - {one.place}
        far = set(ahead)
        for length in range(len(one.hops) + 1, self._longest + 1):
            nearer: set[str] = set()
            for place in ahead:
                coming = self._network.coming(place)
                self._steps += len(coming)
                if one.place in coming:
                    return length
                nearer |= coming
            ahead = nearer - been - far
            if not ahead:
                return None
            far |= ahead
        return None

    def _falls(self, one: _Begun, been: Set[str]) -> bool:
        """Whether it can go on ever nearer to a target, and so become as long as was thought."""
        place, left = one.place, self._left[one.place]
        if len(one.hops) + left < one.length or left == 0:
            return False
        while left > 0:
            left -= 1
            for hop in self._network.leaving(place):
                self._steps += 1
                if self._left.get(hop.target) == left and hop.target not in been:
                    place = hop.target
                    break
            else:
                return False
        return True


def reached(hops: Iterable[Hop] | Network, sources: Iterable[str]) -> set[str]:
    """All places that can be come to from sources, these included."""
    network = hops if isinstance(hops, Network) else Network(hops)
    found = set(sources)
    waiting = list(found)
    while waiting:
        for hop in network.leaving(waiting.pop()):
            if hop.target not in found:
                found.add(hop.target)
                waiting.append(hop.target)
    return found


def _distances(network: Network, targets: Set[str]) -> dict[str, int]:
    """How many hops each place is from the nearest target."""
    far = dict.fromkeys(targets, 0)
    waiting = deque(targets)
    while waiting:
        place = waiting.popleft()
        for source in network.coming(place):
            if source not in far:
                far[source] = far[place] + 1
                waiting.append(source)
    return far
