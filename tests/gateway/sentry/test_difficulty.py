"""The challenge becomes harder while the edge is hard pressed, and easier when it is not."""

from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.sentry.difficulty import Difficulty

MOST = 5


def test_it_rises_by_one_for_each_ten_seconds_of_load() -> None:
    one = Difficulty()
    found = []
    for now in range(100):
        one = one.after(now, alarm=True, busy=1.0, most=MOST)
        found.append(one.more)
    assert found[9] == 0
    assert found[10] == 1
    assert found[19] == 1
    assert found[20] == 2
    assert found[-1] == MOST


def test_it_falls_by_one_for_each_minute_without() -> None:
    one = Difficulty(3, 1000.0)
    for now in range(1000, 1059):
        one = one.after(now, alarm=True, busy=0.2, most=MOST)
    assert one.more == 3
    assert one.after(1060, alarm=True, busy=0.2, most=MOST).more == 2


@given(
    st.lists(
        st.tuples(st.floats(-5, 100), st.booleans(), st.floats(0, 1)),
        max_size=60,
    )
)
def test_it_stays_within_bounds_whatever_the_clock_says(
    turns: list[tuple[float, bool, float]],
) -> None:
    one, now = Difficulty(), 0.0
    for passed, alarm, busy in turns:
        before, now = one, now + passed
        one = one.after(now, alarm=alarm, busy=busy, most=MOST)
        assert 0 <= one.more <= MOST
        assert abs(one.more - before.more) <= 1 or not alarm
        assert alarm or one.more == 0
