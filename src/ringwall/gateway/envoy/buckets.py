"""Token buckets in Envoy's words (``envoy.type.v3.TokenBucket``)."""

from math import gcd, lcm
from typing import Final

from ringwall.gateway.availability.limiting import Rate
from ringwall.gateway.envoy.resources import Json

FINEST_MS: Final = 50
"""Envoy takes no shorter interval, and each has to be a multiple of the filter's own."""


def bucket(rate: Rate, burst: int) -> Json:
    """A bucket that holds ``burst`` and gets exactly ``rate`` back, in whole tokens.

    Envoy fills it all the time, not in steps: only the quotient of the two numbers matters.
    """
    milliseconds = rate.seconds * 1000
    common = gcd(rate.tokens, milliseconds)
    tokens, interval = rate.tokens // common, milliseconds // common
    times = lcm(interval, FINEST_MS) // interval
    return {
        "max_tokens": burst,
        "tokens_per_fill": tokens * times,
        "fill_interval": f"{interval * times / 1000:g}s"
        if interval * times % 1000 == 0
        else f"{interval * times / 1000:.3f}s",
    }
