"""The first entry that was tampered with is named, with what was done to it."""

from hypothesis import given
from hypothesis import strategies as st
from tests.ledger.forests import leaf, leaves

from ringwall.ledger.comparing import Difference, Kind, first_difference

WANTED = leaves(100, 140)
Entries = list[tuple[int, bytes]]


def numbered(hashes: list[bytes]) -> Entries:
    return list(enumerate(hashes, 100))


def differs(found: Entries) -> Difference | None:
    return first_difference(WANTED, found, first=100)


PLACES = st.integers(0, 39)


def test_what_is_as_it_was_has_no_difference() -> None:
    assert differs(numbered(WANTED)) is None
    assert first_difference([], []) is None


@given(PLACES)
def test_one_that_was_changed(place: int) -> None:
    hashes = [*WANTED[:place], leaf(7), *WANTED[place + 1 :]]
    assert differs(numbered(hashes)) == Difference(100 + place, Kind.CHANGED)


@given(PLACES)
def test_one_that_was_removed(place: int) -> None:
    there = numbered(WANTED)
    assert differs(there[:place] + there[place + 1 :]) == Difference(100 + place, Kind.REMOVED)


@given(PLACES)
def test_one_that_was_removed_and_the_others_numbered_anew(place: int) -> None:
    hashes = WANTED[:place] + WANTED[place + 1 :]
    assert differs(numbered(hashes)) == Difference(100 + place, Kind.REMOVED)


@given(PLACES)
def test_one_that_was_inserted_and_the_others_numbered_anew(place: int) -> None:
    hashes = [*WANTED[:place], leaf(7), *WANTED[place:]]
    assert differs(numbered(hashes)) == Difference(100 + place, Kind.INSERTED)


@given(PLACES)
def test_one_that_was_inserted_with_a_number_that_is_taken(place: int) -> None:
    there = numbered(WANTED)
    there.insert(place + 1, (100 + place, leaf(7)))
    assert differs(there) == Difference(100 + place, Kind.INSERTED)


def test_one_behind_the_end_and_one_before_the_beginning() -> None:
    there = numbered(WANTED)
    assert differs([*there, (140, leaf(140))]) == Difference(140, Kind.INSERTED)
    assert differs([(99, leaf(99)), *there]) == Difference(99, Kind.INSERTED)


@given(PLACES, PLACES)
def test_two_that_were_swapped(one: int, other: int) -> None:
    first, second = sorted((one, other))
    hashes = list(WANTED)
    hashes[first], hashes[second] = hashes[second], hashes[first]
    wanted = Difference(100 + first, Kind.MOVED, 100 + second) if first != second else None
    found = differs(numbered(hashes))
    assert found == wanted


@given(st.lists(st.tuples(st.integers(98, 142), st.integers(98, 142)), max_size=45))
def test_anything_else_is_some_difference(made: list[tuple[int, int]]) -> None:
    found = sorted((index, leaf(number)) for index, number in made)
    assert (differs(found) is None) == (found == numbered(WANTED))
