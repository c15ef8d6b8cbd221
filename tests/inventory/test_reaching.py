"""What the internet reaches, and through what."""

from collections.abc import Collection, Iterable, Iterator

from hypothesis import given
from hypothesis import strategies as st

from ringwall.core.components import RelationKind
from ringwall.inventory.gathered import Gathered
from ringwall.inventory.reaching import BACK, Hop, Reach, Reached, reached, shortest

CALLS, EXPOSES, OWNED = RelationKind.CALLS, RelationKind.EXPOSES, RelationKind.OWNED_BY
DEPLOYED = RelationKind.DEPLOYED_BY
Edge = tuple[str, RelationKind, str]

SHOP: list[Edge] = [
    ("internet", CALLS, "edge"),
    ("edge", EXPOSES, "host"),
    ("host", EXPOSES, "orders"),
    ("orders", CALLS, "billing"),
    ("billing", RelationKind.STORES, "invoices"),
    ("invoices", OWNED, "alice"),
    ("batch", CALLS, "billing"),
    ("billing", DEPLOYED, "pipeline"),
]


class Graph:
    """Relations in memory, read from one of their ends."""

    def __init__(self, edges: Iterable[Edge], *, forward: bool = True) -> None:
        self.edges, self.forward = list(edges), forward

    def __call__(self, nodes: Collection[str]) -> Iterator[Hop[str]]:
        for first, kind, second in self.edges:
            is_reversed = kind in BACK
            origin, target = (second, first) if is_reversed else (first, second)
            if (origin if self.forward else target) in nodes:
                yield Hop(kind, origin, target, is_reversed=is_reversed)


def of(found: Reached[str], *nodes: str, is_told: bool = True) -> list[str]:
    return [found.of(node, is_told=is_told).value for node in nodes]


def ways(edges: list[Edge], start: str, end: str, *, at_most: int = 10) -> list[str]:
    found = shortest(Graph(edges), Graph(edges, forward=False), start, end, at_most=at_most)
    return [" ".join([way[0].origin, *(hop.target for hop in way)]) for way in found.ways]


def test_what_is_exposed_and_what_is_only_behind_it_are_two_things() -> None:
    found = reached(Graph(SHOP), "internet")
    told = of(found, "edge", "orders", "billing", "invoices", "alice", "batch", "pipeline")
    assert told == ["internet", "internet", "behind", "behind", "none", "none", "none"]


def test_what_nobody_speaks_of_is_unknown_and_not_unreached() -> None:
    found = reached(Graph(SHOP), "internet")
    assert of(found, "batch", "billing", is_told=False) == ["unknown", "unknown"]
    assert of(found, "orders", is_told=False) == ["internet"]


def test_what_could_not_be_read_leaves_all_that_it_exposes_unknown() -> None:
    edges = [*SHOP, ("gateway", EXPOSES, "batch"), ("batch", CALLS, "archive")]
    found = reached(Graph(edges), "internet", unsure=["gateway", "edge"])
    assert of(found, "gateway", "batch", "archive") == ["unknown", "unknown", "none"]
    assert of(found, "orders") == ["internet"]


def test_whoever_has_the_pipeline_has_what_it_deploys() -> None:
    edges = [*SHOP, ("internet", CALLS, "pipeline")]
    assert of(reached(Graph(edges), "internet"), "billing", "pipeline") == ["behind", "internet"]
    assert ways(edges, "internet", "billing") == ["internet pipeline billing"]


def test_the_shortest_ways_are_told_hop_by_hop() -> None:
    assert ways(SHOP, "internet", "invoices") == ["internet edge host orders billing invoices"]
    edges = [*SHOP, ("host", EXPOSES, "pay"), ("pay", CALLS, "billing")]
    assert ways(edges, "internet", "billing") == [
        "internet edge host orders billing",
        "internet edge host pay billing",
    ]
    assert ways(edges, "internet", "billing", at_most=1) == ["internet edge host orders billing"]
    assert ways(SHOP, "invoices", "internet") == []


def test_a_search_that_comes_to_its_bound_says_so() -> None:
    edges = [(f"n{n}", CALLS, f"n{n + 1}") for n in range(50)]
    found = shortest(Graph(edges), Graph(edges, forward=False), "n0", "n50", bound=10)
    assert not found.ways
    assert not found.is_whole
    whole = shortest(Graph(edges), Graph(edges, forward=False), "n50", "n0")
    assert not whole.ways
    assert whole.is_whole


KINDS = st.sampled_from([CALLS, EXPOSES, OWNED, DEPLOYED])
NODES = st.sampled_from([*"abcdefg", "internet"])


@given(st.lists(st.tuples(NODES, KINDS, NODES), max_size=25), NODES, NODES)
def test_ways_are_ways_and_the_shortest(edges: list[Edge], start: str, end: str) -> None:
    found = shortest(Graph(edges), Graph(edges, forward=False), start, end, at_most=100)
    assert found.is_whole
    lengths = {len(way) for way in found.ways}
    assert len(lengths) <= 1
    assert len(set(found.ways)) == len(found.ways)
    for way in found.ways:
        here = start
        for hop in way:
            assert hop.origin == here
            first, second = (hop.target, here) if hop.is_reversed else (here, hop.target)
            assert (first, hop.kind, second) in edges
            here = hop.target
        assert here == end
    assert next(iter(lengths), None) == _distance(edges, start, end)


def _distance(edges: list[Edge], start: str, end: str) -> int | None:
    near, count = {start}, 0
    seen = set(near)
    while near:
        if end in near:
            return count
        near = {hop.target for hop in Graph(edges)(near) if hop.kind is not OWNED} - seen
        seen |= near
        count += 1
    return None


@given(st.lists(st.tuples(NODES, KINDS, NODES), max_size=25), st.sets(NODES))
def test_less_knowledge_never_makes_a_component_safer(edges: list[Edge], unsure: set[str]) -> None:
    sure, less = reached(Graph(edges), "internet"), reached(Graph(edges), "internet", unsure)
    for node in "abcdefg":
        before, now = sure.of(node, is_told=True), less.of(node, is_told=True)
        assert now in {before, Reach.UNKNOWN}
        assert (before is Reach.INTERNET) == (now is Reach.INTERNET)


@given(st.lists(st.tuples(st.integers(0, 7), KINDS, st.integers(0, 7)), max_size=25))
def test_relations_in_memory_are_the_same_graph(edges: list[tuple[int, RelationKind, int]]) -> None:
    gathered = Gathered((kind.value, first, second) for first, kind, second in edges)
    asked = Graph([(str(first), kind, str(second)) for first, kind, second in edges])
    for node in range(8):
        hops = [(hop.kind, str(hop.target), hop.is_reversed) for hop in gathered([node])]
        told = [
            (hop.kind, hop.target, hop.is_reversed)
            for hop in asked([str(node)])
            if hop.kind is not OWNED
        ]
        assert sorted(hops) == sorted(told)
