"""Who comes most often is found, whatever else comes."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.sentry.sketch import Sketch

SIZE = 8
KEYS = st.lists(st.integers(0, 60).map(str), max_size=600)


@given(KEYS)
def test_every_heavy_hitter_is_in_it_and_no_weight_is_too_large(keys: list[str]) -> None:
    sketch, true = Sketch(SIZE), Counter(keys)
    sketch.add_all(keys)
    found = dict(sketch.top(10_000))
    assert len(sketch) <= 2 * SIZE
    bound = len(keys) / (SIZE + 1)
    for key, count in true.items():
        assert found.get(key, 0) <= count
        assert found.get(key, 0) >= count - bound
        if count > bound:
            assert key in found


def test_weights_count_and_the_most_frequent_comes_first() -> None:
    sketch = Sketch(3)
    for key, weight in (("a", 1.0), ("b", 5.0), ("a", 1.0), ("c", 5.0)):
        sketch.add(key, weight)
    assert sketch.top(2) == (("b", 5.0), ("c", 5.0))
    sketch.fade(0.1)
    assert sketch.top(3) == (("b", 0.5), ("c", 0.5))


def test_a_thousand_times_a_thousand_names_take_no_more_room() -> None:
    sketch = Sketch(100)
    for turn in range(20_000):
        sketch.add(str(turn))
        if turn % 50 == 0:
            sketch.add("often", 10)
    assert len(sketch) <= 200
    assert sketch.top(1)[0][0] == "often"
