"""When attacks begin and end: a busy hour is none, and every begin has one end."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.gateway.sentry.recognising import (
    FLOORS,
    Began,
    Ended,
    Grew,
    Kind,
    Signal,
    State,
    Transition,
    Watched,
    step,
)
from ringwall.gateway.sentry.usual import Usual

START = 1_800_000_000.0


def played(
    levels: Iterable[tuple[float, bool]], *, kind: Kind = Kind.REQUESTS, state: State | None = None
) -> tuple[State, list[tuple[int, Transition]]]:
    """One sample a second; what was told, with the second it was told at."""
    state, told = state or State(), []
    for second, (level, harm) in enumerate(levels):
        state, some = step(state, {kind: Signal(level, harm, level)}, START + second)
        told += [(second, one) for one in some]
    return state, told


def used_to(level: float, kind: Kind = Kind.REQUESTS) -> State:
    """After two hours of that level."""
    usual = Usual()
    for turn in range(720):
        usual = usual.seen(level, START - 7200 + 10 * turn)
    return State({kind: Watched(usual=usual)})


def test_an_attack_begins_with_the_third_bad_second_and_ends_a_minute_after_the_last() -> None:
    state, told = played([(10, False)] * 5 + [(900, True)] * 20 + [(10, False)] * 70)
    (began, first), (over, last) = told
    assert isinstance(first, Began)
    assert began == 7
    assert isinstance(last, Ended)
    assert over == 5 + 20 + 60
    assert last.attack.peak == 900
    assert last.attack.began == START + 7
    assert last.attack.ended == START + 25
    assert last.attack.count == pytest.approx(900 * 18 + 10 * 61)
    assert state.open == ()


def test_much_that_harms_nobody_is_no_attack() -> None:
    assert played([(50_000, False)] * 100)[1] == []


def test_below_the_floor_nothing_is_an_attack() -> None:
    for kind in Kind:
        assert played([(FLOORS[kind], True)] * 100, kind=kind)[1] == []


def test_an_ordinary_busy_hour_is_none_once_it_is_usual() -> None:
    busy = [(3.9 * 1000, True)] * 30
    assert played(busy)[1] != []
    assert played(busy, state=used_to(1000))[1] == []
    assert played([(4.8 * 1000, True)] * 30, state=used_to(1000))[1] != []


def test_what_is_usual_is_not_learnt_from_an_attack() -> None:
    before = used_to(100)
    state, _ = played([(50_000, True)] * 300, state=before)
    assert state.kinds[Kind.REQUESTS].usual.level == before.kinds[Kind.REQUESTS].usual.level


def test_a_pause_does_not_make_two_of_one() -> None:
    pause = [(900, True)] * 10 + [(1, False)] * 75
    _, told = played([*pause, *pause])
    begun = {one.attack.id for _, one in told if isinstance(one, Began)}
    assert len(begun) == 1
    assert [type(one) for _, one in told if not isinstance(one, Grew)] == [
        Began,
        Ended,
        Began,
        Ended,
    ]
    _, told = played([*pause, *([(1, False)] * 120), *pause])
    assert len({one.attack.id for _, one in told}) == 2


LEVELS = st.lists(
    st.tuples(st.floats(0, 10_000, allow_nan=False), st.booleans()), min_size=1, max_size=300
)


@given(LEVELS, st.sampled_from(Kind))
def test_every_begin_has_one_end_and_what_is_told_holds(
    levels: list[tuple[float, bool]], kind: Kind
) -> None:
    state, told = played([*levels, *([(0.0, False)] * 61)], kind=kind)
    open_: str | None = None
    peak = 0.0
    for second, one in told:
        attack = one.attack
        assert attack.began <= START + second
        match one:
            case Began():
                assert open_ is None
                open_, peak = attack.id, attack.peak
                window = levels[max(0, second - 4) : second + 1]
                assert sum(level > FLOORS[kind] and harm for level, harm in window) >= 3
            case Grew():
                assert open_ == attack.id
                assert attack.peak > peak
                peak = attack.peak
            case Ended():
                assert open_ == attack.id
                assert attack.ended is not None
                assert attack.ended <= START + second - 60
                open_ = None
    assert open_ is None
    assert state.open == ()


@given(LEVELS)
def test_of_equal_samples_the_order_does_not_matter(levels: list[tuple[float, bool]]) -> None:
    one, other = State(), State()
    for second, (level, harm) in enumerate(levels):
        sample = {kind: Signal(level, harm) for kind in Kind}
        one, told = step(one, sample, START + second)
        back = {kind: sample[kind] for kind in reversed(Kind)}
        other, told_back = step(other, back, START + second)
        assert told == told_back
    assert one == other


def test_a_kind_that_nothing_is_said_of_stays_as_it_was() -> None:
    state, _ = played([(900, True)] * 5)
    after, told = step(state, {Kind.SLOW: Signal(0, False)}, START + 5)
    assert after.kinds[Kind.REQUESTS] == state.kinds[Kind.REQUESTS]
    assert told == ()


def test_a_clock_that_goes_back_ends_nothing_early() -> None:
    state, _ = played([(900, True)] * 10 + [(0, False)] * 5)
    state, told = step(state, {Kind.REQUESTS: Signal(0, False)}, START - 3600)
    assert told == ()
    state, told = step(state, {Kind.REQUESTS: Signal(0, False)}, START - 3600 + 61)
    (over,) = told
    assert isinstance(over, Ended)
    assert over.attack.ended is not None
    assert over.attack.ended >= over.attack.began


def test_sensitivity_moves_the_floor() -> None:
    sample = {Kind.REQUESTS: Signal(80, True)}
    state = State()
    for second in range(5):
        state, told = step(state, sample, START + second, sensitivity=0.5)
        if told:
            break
    assert state.open[0].above == 50


@given(st.floats(0, 1e7), st.floats(0, 1e7))
@settings(max_examples=20)
def test_usual_is_within_a_tenth_and_survives_being_kept(level: float, other: float) -> None:
    usual = used_to(level).kinds[Kind.REQUESTS].usual
    assert level * 0.99 - 0.001 <= usual.level <= level * 1.1 + 0.1
    assert Usual.of_json(usual.to_json()) == replace(usual, highest=0.0)
    assert usual.seen(other, usual.until + 1).level == pytest.approx(usual.level)
