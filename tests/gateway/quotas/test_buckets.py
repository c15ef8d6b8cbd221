"""The arithmetic against a slow model in exact fractions, and in memory."""

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from ringwall.gateway.quotas.buckets import AHEAD, MICROSECONDS, Bucket, Level, Pour, level, wait
from ringwall.gateway.quotas.memory import Memory

buckets = st.builds(
    Bucket,
    tokens=st.integers(1, 1000),
    seconds=st.sampled_from([1, 60, 3600, 86400]),
    burst=st.integers(1, 50),
)
steps = st.lists(
    st.tuples(st.integers(0, 5 * MICROSECONDS), st.integers(1, 5)), min_size=1, max_size=60
)


@dataclass
class Slow:
    """A bucket as one thinks of it: tokens that come back, and never more than there is room."""

    bucket: Bucket
    tokens: Fraction = field(init=False)
    last: int = 0

    def __post_init__(self) -> None:
        self.tokens = Fraction(self.bucket.burst)

    def take(self, now: int, cost: int) -> Fraction:
        """Seconds to wait, 0 if it was given."""
        rate = Fraction(self.bucket.tokens, self.bucket.seconds * MICROSECONDS)
        self.tokens = min(Fraction(self.bucket.burst), self.tokens + rate * (now - self.last))
        self.last = now
        if self.tokens >= cost:
            self.tokens -= cost
            return Fraction(0)
        return (cost - self.tokens) / rate / MICROSECONDS


class Quick:
    """The same by the arithmetic under test."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.kept: Level | None = None

    def take(self, now: int, cost: int) -> int:
        pour = Pour.of("k", self.bucket, cost)
        debt, since = level(pour, self.kept, now)
        longest = wait(pour, debt)
        if not longest:
            self.kept = debt + pour.cost, since
        return longest


@given(buckets, steps)
@example(Bucket(3, 1, 3), [(0, 1), (0, 1), (0, 1), (333_333, 1), (1, 1)])
def test_gives_and_refuses_exactly_as_the_slow_model_does(
    bucket: Bucket, asked: list[tuple[int, int]]
) -> None:
    slow, quick = Slow(bucket), Quick(bucket)
    now = 0
    for later, cost in asked:
        now += later
        expected, found = slow.take(now, cost), quick.take(now, cost)
        assert (found == 0) == (expected == 0)
        # What is told is the first microsecond at which it would be given.
        assert 0 <= found - expected * MICROSECONDS < 1


@given(buckets, steps)
def test_never_gives_more_than_burst_and_rate_in_any_window(
    bucket: Bucket, asked: list[tuple[int, int]]
) -> None:
    quick, now = Quick(bucket), 0
    given: list[tuple[int, int]] = []
    for later, cost in asked:
        now += later
        if quick.take(now, cost) == 0:
            given.append((now, cost))
    for first, (begin, _) in enumerate(given):
        taken = 0
        for end, cost in given[first:]:
            taken += cost
            passed = Fraction(end - begin, MICROSECONDS)
            assert taken <= bucket.burst + Fraction(bucket.tokens, bucket.seconds) * passed


@given(buckets, st.integers(1, 60))
def test_a_refusal_changes_nothing(bucket: Bucket, more: int) -> None:
    quick = Quick(bucket)
    assert quick.take(0, bucket.burst) == 0
    kept = quick.kept
    for _ in range(more):
        assert quick.take(0, 1) > 0
    assert quick.kept == kept


@given(buckets, st.lists(st.integers(-AHEAD + 1, 0), max_size=20))
def test_going_back_in_time_gives_nothing(bucket: Bucket, back: list[int]) -> None:
    quick, start = Quick(bucket), 10 * AHEAD
    assert quick.take(start, bucket.burst) == 0
    assert all(quick.take(start + by, 1) > 0 for by in back)


def test_what_is_noted_far_in_the_future_locks_nobody_out_for_good() -> None:
    bucket = Bucket(1, 1, 1)
    pour = Pour.of("k", bucket, 1)
    debt, since = level(pour, (10**18, 10**18), 0)
    assert (debt, since) == (bucket.room, 0)
    assert wait(pour, debt) == MICROSECONDS


@given(buckets, st.integers(1, 20))
def test_a_cost_is_as_so_many_requests(bucket: Bucket, cost: int) -> None:
    dear, cheap = Quick(bucket), Quick(bucket)
    if dear.take(0, cost) == 0:
        assert all(cheap.take(0, 1) == 0 for _ in range(cost))
        assert dear.kept == cheap.kept


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 10**6)), max_size=80),
    st.integers(1, 4),
)
def test_memory_is_bounded_and_forgets_who_was_not_there_for_longest(
    asked: list[tuple[str, int]], most: int
) -> None:
    now, bucket = 0, Bucket(1, 86400, 1000)
    memory = Memory(lambda: now, most)
    recent: list[str] = []
    for key, later in asked:
        now += later
        assert memory.take([Pour.of(key, bucket, 1)]) == 0
        recent = [*(one for one in recent if one != key), key][-most:]
        assert list(memory._levels) == recent


def test_all_that_a_request_takes_is_taken_or_none_of_it() -> None:
    now = 0
    memory = Memory(lambda: now)
    wide, narrow = Pour.of("w", Bucket(1, 1, 10), 1), Pour.of("n", Bucket(1, 1, 1), 1)
    assert memory.take([wide, narrow]) == 0
    assert [memory.take([wide, narrow]) for _ in range(20)] == [MICROSECONDS] * 20
    assert [memory.take([wide]) for _ in range(9)] == [0] * 9
    assert memory.take([wide]) > 0
