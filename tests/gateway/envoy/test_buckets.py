"""Buckets say exactly what the configuration says, in whole tokens that Envoy takes."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.availability.limiting import Rate
from ringwall.gateway.envoy.buckets import FINEST_MS, bucket
from ringwall.gateway.envoy.limits import keys_each

TEXTS = st.builds(
    "{}/{}".format, st.integers(min_value=1, max_value=9_999_999), st.sampled_from("smhd")
)


@given(text=TEXTS, burst=st.integers(min_value=1, max_value=10_000_000))
def test_the_rate_is_exact_and_whole(text: str, burst: int) -> None:
    found = bucket(Rate.of(text), burst)
    tokens, _, unit = text.partition("/")
    per_second = Fraction(int(tokens), {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit])
    interval = Fraction(found["fill_interval"].removesuffix("s"))
    assert Fraction(found["tokens_per_fill"]) / interval == per_second
    assert isinstance(found["tokens_per_fill"], int)
    assert found["tokens_per_fill"] >= 1
    assert interval * 1000 % FINEST_MS == 0
    assert interval * 1000 >= FINEST_MS
    assert found["max_tokens"] == burst


@pytest.mark.parametrize(
    ("text", "tokens", "interval"),
    [
        ("100/s", 5, "0.050s"),
        ("10/m", 1, "6s"),
        ("7/s", 7, "1s"),
        ("64/s", 16, "0.250s"),
        ("1000/h", 1, "3.600s"),
        ("1/d", 1, "86400s"),
        ("9999999/s", 9999999, "1s"),
    ],
)
def test_it_fills_as_finely_as_it_can(text: str, tokens: int, interval: str) -> None:
    found = bucket(Rate.of(text), 1)
    assert (found["tokens_per_fill"], found["fill_interval"]) == (tokens, interval)


@given(
    keys=st.integers(min_value=100, max_value=10_000_000),
    hosts=st.integers(min_value=0, max_value=3000),
)
def test_many_hosts_remember_no_more_than_one(keys: int, hosts: int) -> None:
    each = keys_each(keys, hosts)
    assert each * hosts <= max(keys, 100 * hosts)
    assert each >= min(keys, 100)
    assert keys_each(keys, 1) == keys


def test_one_more_host_seldom_changes_what_is_remembered() -> None:
    assert len({keys_each(50_000, hosts) for hosts in range(1, 257)}) == 9
