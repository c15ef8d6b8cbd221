"""Calls of many APIs at a time: a slow one holds up none of the others."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.posture.collecting.lanes import Lanes
from ringwall.posture.collecting.pacing import Pace


@dataclass
class Time:
    """A clock that goes on by as much as anybody sleeps."""

    now: float = 0.0
    made: list[tuple[str, int, float]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def pace(self, rate: float) -> Pace:
        return Pace(rate, clock=lambda: self.now, sleep=self.sleep)

    def lanes(self) -> Lanes:
        """Of one thread, so that what comes first is told by the clock alone."""
        return Lanes(1, clock=lambda: self.now, sleep=self.sleep)

    def call(self, lane: Pace, name: str, number: int) -> Callable[[], None]:
        def make() -> None:
            lane.wait()
            self.made.append((name, number, self.now))

        return make


def carried_out(time: Time, rates: dict[str, float], calls: list[str]) -> None:
    """Have calls wait, all of them before the first begins, and make them."""
    paces = {name: time.pace(rate) for name, rate in rates.items()}
    gate = threading.Event()
    with time.lanes() as lanes:
        lanes.submit(time.pace(1.0), gate.wait)
        for number, name in enumerate(calls):
            lanes.submit(paces[name], time.call(paces[name], name, number))
        gate.set()


def test_what_may_be_called_now_does_not_wait_for_what_may_not() -> None:
    time = Time()
    carried_out(time, {"slow": 1.0, "fast": 1000.0}, ["slow"] * 3 + ["fast"] * 5)
    assert [name for name, _, _ in time.made] == ["slow", *["fast"] * 5, "slow", "slow"]
    assert [at for name, _, at in time.made if name == "slow"] == pytest.approx([0.0, 1.0, 2.0])


@given(
    rates=st.dictionaries(st.sampled_from("abcd"), st.sampled_from([0.5, 2, 7, 40]), min_size=1),
    chosen=st.lists(st.integers(0, 9), max_size=40),
)
def test_all_takes_as_long_as_the_slowest_lane_alone(
    rates: dict[str, float], chosen: list[int]
) -> None:
    names = sorted(rates)
    calls = [names[one % len(names)] for one in chosen]
    time = Time()
    carried_out(time, rates, calls)
    assert len(time.made) == len(calls)
    for name in names:
        numbers = [number for one, number, _ in time.made if one == name]
        assert numbers == sorted(numbers)
    alone = max(((calls.count(one) - 1) / rates[one] for one in names), default=0.0)
    assert time.now <= max(alone, 0.0) + 1e-6


def test_whoever_waits_for_a_call_is_told_how_it_ended() -> None:
    def fail() -> None:
        raise ValueError("no")

    with Lanes(2) as lanes:
        told = lanes.submit(Pace(100.0), len, "abc")
        failed = lanes.submit(Pace(100.0), fail)
    assert told.result() == 3
    with pytest.raises(ValueError, match="no"):
        failed.result()


def test_an_interrupted_reading_begins_nothing_more() -> None:
    gate, made = threading.Event(), list[int]()

    def interrupted() -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), Lanes(1) as lanes:
        begun = lanes.submit(Pace(1000.0), gate.wait)
        for number in range(3):
            lanes.submit(Pace(1000.0), made.append, number)
        interrupted()
    gate.set()
    assert begun.result()
    assert made == []
