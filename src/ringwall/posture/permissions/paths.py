"""Ways through a graph, hop by hop with their reasons: shortest first, no more than asked."""

from collections import deque
from collections.abc import Iterable
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

    def coming(self, place: str) -> Iterable[str]:
        """The places from which hops come to this one."""
        return self._coming.get(place, ())

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
    wanted = set(targets)
    network = hops if isinstance(hops, Network) else Network(hops)
    walking = _Walking(network, _distances(network, wanted), wanted, list(dict.fromkeys(sources)))
    found, is_all = walking.paths(longest, most)
    if is_all or len(found) == most:
        return Ways(tuple(found), is_all)
    return Ways(tuple(walking.shortest(longest, most)), is_all=False)


@dataclass(frozen=True, slots=True)
class _Walking:
    """A search. ``left`` is how many hops each place is from the nearest target."""

    network: Network
    left: dict[str, int]
    wanted: set[str]
    sources: list[str]

    def paths(self, longest: int, most: int) -> tuple[list[Path], bool]:
        """As many as are found within the bounds, and whether these are all."""
        waiting: deque[tuple[str, tuple[Hop, ...]]] = deque(
            (one, ()) for one in self.sources if self.left.get(one, longest + 1) <= longest
        )
        found: list[Path] = []
        steps = 0
        while waiting:
            place, so_far = waiting.popleft()
            if place in self.wanted and so_far:
                found.append(Path(so_far))
                if len(found) == most:
                    return found, not waiting
                continue
            been = {hop.source for hop in so_far} | {place}
            for hop in self.network.leaving(place):
                steps += 1
                ahead = self.left.get(hop.target)
                if ahead is None or hop.target in been or len(so_far) + 1 + ahead > longest:
                    continue
                waiting.append((hop.target, (*so_far, hop)))
            if steps > _MOST_STEPS:
                return found, False
        return found, True

    def shortest(self, longest: int, most: int) -> list[Path]:
        """Those that are found where all are too many: first the shortest, which are few."""
        found: list[Path] = []
        begin = min((self.left[one] for one in self.sources if one in self.left), default=longest)
        for length in range(max(begin, 1), longest + 1):
            several, is_all = self.paths(length, most)
            found = several if len(several) > len(found) else found
            if not is_all:
                break
        return found


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


def _distances(network: Network, targets: set[str]) -> dict[str, int]:
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
