"""Ways through graphs, and the cheapest cut through them."""

from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.posture.permissions.cutting import cheapest_cut
from ringwall.posture.permissions.paths import INTERNET, Hop, Path, reached, ways

PLACES = "abcdef"
HOPS = st.lists(
    st.builds(
        lambda one, other, effort: Hop(one, other, f"{one} to {other}", effort=effort),
        st.sampled_from(PLACES),
        st.sampled_from(PLACES),
        st.integers(1, 3),
    ),
    max_size=9,
)


def hop(one: str, other: str, **more: int) -> Hop:
    return Hop(one, other, f"{one} to {other}", **more)  # type: ignore[arg-type]


def simple(hops: list[Hop], source: str, target: str) -> set[tuple[str, ...]]:
    """All ways without a place twice, by trying."""
    found: set[tuple[str, ...]] = set()

    def go(been: tuple[str, ...]) -> None:
        if been[-1] == target:
            found.add(been)
            return
        for one in hops:
            if one.source == been[-1] and one.target not in been:
                go((*been, one.target))

    go((source,))
    return found


def places(path: Path) -> tuple[str, ...]:
    return (path.source, *(one.target for one in path.hops))


@given(HOPS)
def test_all_ways_are_found_the_shortest_first(hops: list[Hop]) -> None:
    found = ways(hops, ["a"], ["f"], longest=6, most=10_000)
    assert found.is_all
    several = [places(path) for path in found.paths]
    assert len(several) == len(set(several))
    assert set(several) == simple(hops, "a", "f")
    assert [len(one) for one in several] == sorted(len(one) for one in several)


@given(HOPS, st.lists(st.sampled_from(PLACES), max_size=3), st.sets(st.sampled_from(PLACES)))
def test_no_more_than_wanted_are_the_first_of_all(
    hops: list[Hop], sources: list[str], targets: set[str]
) -> None:
    every = [places(path) for path in ways(hops, sources, targets, longest=5).paths]
    assert set(every) == {
        one
        for source in sources
        for target in targets - {source}
        for one in simple(
            [one for one in hops if one.source not in targets - {source}], source, target
        )
        if len(one) <= 6
    }
    for most in range(1, len(every) + 2):
        found = ways(hops, sources, targets, longest=5, most=most)
        assert [places(path) for path in found.paths] == every[:most]
        assert found.is_all == (most >= len(every))


@given(HOPS)
def test_what_is_reached_is_where_ways_lead(hops: list[Hop]) -> None:
    found = reached(hops, ["a"])
    assert found - {"a"} == {to for to in PLACES if to != "a" and simple(hops, "a", to)}


@settings(deadline=None)
@given(HOPS)
def test_no_cut_is_cheaper_and_nothing_gets_through(hops: list[Hop]) -> None:
    cut = cheapest_cut(hops, ["a"], ["f"])
    assert cut is not None
    assert not simple([one for one in hops if one not in cut], "a", "f")
    price = sum(one.effort for one in cut)
    for several in chain.from_iterable(combinations(hops, size) for size in range(len(hops))):
        if sum(one.effort for one in several) < price:
            left = [one for one in hops if not any(one is other for other in several)]
            assert simple(left, "a", "f")


def test_bounds_are_kept_and_said() -> None:
    long = [hop(str(number), str(number + 1)) for number in range(20)]
    assert not ways(long, ["0"], ["20"]).paths
    assert len(ways(long, ["0"], ["20"], longest=20).paths) == 1
    wide = [one for place in map(str, range(50)) for one in (hop("a", place), hop(place, "z"))]
    found = ways(wide, ["a"], ["z"], most=10)
    assert len(found.paths) == 10
    assert not found.is_all


def test_a_graph_where_everything_leads_everywhere_ends() -> None:
    names = [str(number) for number in range(60)]
    hops = [hop(one, other) for one in names for other in names if one != other]
    found = ways(hops, ["0"], ["59"], longest=12, most=1_000_000)
    assert found.paths
    assert not found.is_all


def test_where_all_become_each_other_the_only_way_is_known_to_be_it() -> None:
    """Each of them comes to the bucket by way of the first alone, who was there before."""
    names = [f"r{number}" for number in range(150)]
    hops = [hop(INTERNET, names[0]), hop(names[0], "bucket")]
    hops += [hop(one, other) for one in names for other in names if one != other]
    found = ways(hops, [INTERNET], ["bucket"], longest=8, most=3)
    assert [places(path) for path in found.paths] == [(INTERNET, "r0", "bucket")]
    assert found.is_all


def test_the_shortest_is_found_however_many_become_each_other() -> None:
    names = [f"r{number}" for number in range(500)]
    hops = [hop(INTERNET, "function"), hop("function", names[0]), hop(names[-1], "bucket")]
    hops += [hop(one, other) for one in names for other in names if one != other]
    found = ways(hops, [INTERNET], ["bucket"], longest=8, most=3)
    shortest = (INTERNET, "function", "r0", "r499", "bucket")
    assert places(found.paths[0]) == shortest
    assert [len(path.hops) for path in found.paths[1:]] == [5, 5]
    assert not found.is_all


def test_a_certain_hop_stands_for_an_uncertain_one() -> None:
    perhaps = Hop("a", "b", "perhaps", is_certain=False)
    found = ways([perhaps, hop("a", "b")], ["a"], ["b"])
    assert [path.is_certain for path in found.paths] == [True]
    assert not ways([perhaps], ["a"], ["b"]).paths[0].is_certain


def test_nothing_cuts_a_source_from_itself() -> None:
    assert cheapest_cut([hop("a", "b")], ["a"], ["a"]) is None
    assert cheapest_cut([], ["a"], ["b"]) == []


def test_one_hop_that_all_come_by_is_cheaper_than_many() -> None:
    hops = [
        *(hop(INTERNET, f"instance-{number}") for number in range(5)),
        *(hop(f"instance-{number}", "role") for number in range(5)),
        hop("role", "bucket", effort=3),
    ]
    assert cheapest_cut(hops, [INTERNET], ["bucket"]) == [hops[-1]]


def test_of_more_ways_than_are_gone_through_the_shortest_are_told() -> None:
    """Sixty of whom each becomes each other make millions of ways to what all of them read."""
    names = [f"r{number}" for number in range(60)]
    hops = [Hop(INTERNET, names[0], "in")]
    hops += [Hop(one, other, "becomes") for one in names for other in names if one != other]
    hops += [Hop(names[-1], "x", "is"), Hop("x", "y", "is"), Hop("y", "data", "reads")]
    found = ways(hops, [INTERNET], ["data"], longest=8, most=3)
    assert [hop.target for hop in found.paths[0].hops] == ["r0", "r59", "x", "y", "data"]
    assert not found.is_all
