"""What the internet can reach, and through what; and ways from one component to another. Pure.

A graph is a function from some nodes to the relations that begin or end there, so that it may lie
in tables: it is asked for many nodes at a time, and only for those that a search comes to.

Whoever reaches what *exposes* another reaches that: it is exposed. Whoever has taken over what
*calls*, *depends on*, *runs on*, *stores in* or *can assume* another gets at it: it is behind. The
same is true the other way round of what *deploys* or *declares* another.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from ringwall.core.components import RelationKind

N = TypeVar("N", bound=Hashable)

OPENS: Final = frozenset({RelationKind.EXPOSES})
LEADS: Final = OPENS | {
    RelationKind.CALLS,
    RelationKind.DEPENDS_ON,
    RelationKind.RUNS_ON,
    RelationKind.STORES,
    RelationKind.CAN_ASSUME,
}
BACK: Final = frozenset({RelationKind.DEPLOYED_BY, RelationKind.DECLARED_BY})
"""Relations along which one gets from the second to the first."""


class Reach(StrEnum):
    """How the internet gets at a component."""

    INTERNET = "internet"
    """By itself, or through nothing but what exposes it."""
    BEHIND = "behind"
    """Through something that would have to be taken over."""
    NONE = "none"
    """Not at all, and whoever told of it would have said so."""
    UNKNOWN = "unknown"
    """Nobody says how it is reached, or something that would tell could not be read."""


@dataclass(frozen=True, slots=True)
class Hop(Generic[N]):
    """A step from ``origin`` to ``target``; ``kind`` is the relation's, read from ``first`` on.

    ``why`` says through what, where whoever told of the relation did.
    """

    kind: RelationKind
    origin: N
    target: N
    is_reversed: bool = False
    why: str = field(default="", compare=False)


Graph = Callable[[Collection[N]], Iterable[Hop[N]]]
"""Hops that begin at the nodes; of a graph that is read backwards, hops that end there."""


@dataclass(frozen=True, slots=True)
class Reached(Generic[N]):
    """What a search from the internet found: exposed, behind that, and not to be excluded."""

    internet: frozenset[N]
    behind: frozenset[N]
    unsure: frozenset[N]

    def of(self, node: N, *, is_told: bool) -> Reach:
        """``is_told`` says that who told of it would have told of every way to it."""
        if node in self.internet:
            return Reach.INTERNET
        if node in self.unsure or not is_told:
            return Reach.UNKNOWN
        return Reach.BEHIND if node in self.behind else Reach.NONE


def reached(graph: Graph[N], internet: N, unsure: Iterable[N] = ()) -> Reached[N]:
    """All that the internet gets at.

    ``unsure`` are components of which not all could be read: whether they are reached is not
    known, and so neither of what they expose.
    """
    first = {hop.target for hop in graph([internet]) if hop.kind in LEADS and not hop.is_reversed}
    exposed = _closure(graph, first, OPENS)
    behind = _closure(graph, exposed, LEADS | BACK) - exposed
    open_ends = _closure(graph, set(unsure), OPENS)
    return Reached(frozenset(exposed), frozenset(behind), frozenset(open_ends - exposed))


def _closure(graph: Graph[N], begin: set[N], kinds: Collection[RelationKind]) -> set[N]:
    found, edge = set(begin), set(begin)
    while edge:
        edge = {
            hop.target
            for hop in graph(edge)
            if hop.kind in kinds and hop.is_reversed == (hop.kind in BACK)
        } - found
        found |= edge
    return found


@dataclass(frozen=True, slots=True)
class Ways(Generic[N]):
    """Shortest ways between two components, each a list of hops.

    Without any, ``is_whole`` says that there is none; else the search came to its bound before.
    """

    ways: tuple[tuple[Hop[N], ...], ...]
    is_whole: bool
    looked_at: int


def to_json(found: Ways[str]) -> dict[str, Any]:
    """Ways as JSON data."""
    return {
        "is_whole": found.is_whole,
        "looked_at": found.looked_at,
        "ways": [
            [
                {
                    "from": hop.origin,
                    "kind": hop.kind.value,
                    "to": hop.target,
                    "is_reversed": hop.is_reversed,
                    "why": hop.why,
                }
                for hop in way
            ]
            for way in found.ways
        ],
    }


def shortest(
    onward: Graph[N],
    backward: Graph[N],
    start: N,
    end: N,
    *,
    kinds: Collection[RelationKind] = LEADS | BACK,
    at_most: int = 10,
    bound: int = 200_000,
) -> Ways[N]:
    """The shortest ways, found from both ends at once; of several of one length ``at_most``.

    ``bound`` is how many components are looked at before it is given up.
    """
    if start == end:
        return Ways(((),), is_whole=True, looked_at=1)
    into: dict[N, list[Hop[N]]] = {start: []}
    out: dict[N, list[Hop[N]]] = {end: []}
    front, back = {start}, {end}
    while front and back:
        if len(into) + len(out) > bound:
            return Ways((), is_whole=False, looked_at=len(into) + len(out))
        if len(front) <= len(back):
            front = _widen(onward(front), into, kinds, lambda hop: hop.target)
            met = front & out.keys()
        else:
            back = _widen(backward(back), out, kinds, lambda hop: hop.origin)
            met = back & into.keys()
        if met:
            looked = len(into) + len(out)
            return Ways(tuple(_joined(met, into, out, at_most)), is_whole=True, looked_at=looked)
    return Ways((), is_whole=True, looked_at=len(into) + len(out))


def _widen(
    hops: Iterable[Hop[N]],
    known: dict[N, list[Hop[N]]],
    kinds: Collection[RelationKind],
    far: Callable[[Hop[N]], N],
) -> set[N]:
    """The next nodes; by which hops each is come to is noted in ``known``."""
    new: dict[N, list[Hop[N]]] = {}
    for hop in dict.fromkeys(hops):  # two sources may tell of the same
        if hop.kind in kinds and hop.is_reversed == (hop.kind in BACK) and far(hop) not in known:
            new.setdefault(far(hop), []).append(hop)
    known.update(new)
    return set(new)


def _joined(
    met: Iterable[N],
    into: dict[N, list[Hop[N]]],
    out: dict[N, list[Hop[N]]],
    at_most: int,
) -> Iterator[tuple[Hop[N], ...]]:
    count = 0
    for middle in sorted(met, key=str):
        for before in _until(middle, into, lambda hop: hop.origin):
            for after in _until(middle, out, lambda hop: hop.target):
                yield (*reversed(before), *after)
                count += 1
                if count == at_most:
                    return


def _until(
    node: N, known: dict[N, list[Hop[N]]], near: Callable[[Hop[N]], N]
) -> Iterator[tuple[Hop[N], ...]]:
    """Every way from a node to where the search began, one after the other."""
    hops = known[node]
    if not hops:
        yield ()
    for hop in sorted(hops, key=lambda one: (str(near(one)), one.kind)):
        for rest in _until(near(hop), known, near):
            yield (hop, *rest)
