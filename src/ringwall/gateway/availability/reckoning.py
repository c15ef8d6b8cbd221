"""How full a bucket was, reckoned from the requests that are known to have taken from it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from ringwall.gateway.availability.limiting import Limit, Rate


@dataclass(frozen=True, slots=True)
class Level:
    """Tokens in a bucket at a time in seconds since 1970, and how many requests took from it."""

    at: float
    tokens: float
    requests: int = 0


def level(limit: Limit, taken: Iterable[tuple[float, int]], *, since: float, until: float) -> Level:
    """How full a bucket is ``until`` a time, if it was full at ``since``.

    ``taken`` are times and tokens of requests that were let through, in the order of time. Where
    more was taken than can have been there the bucket was empty: it cannot owe anything.
    """
    rate = Rate.of(limit.rate).per_second
    tokens, at, requests = float(limit.burst), since, 0
    for moment, cost in taken:
        if moment > until:
            break
        if moment < since:
            continue
        tokens = min(limit.burst, tokens + max(0.0, moment - at) * rate)
        tokens = max(0.0, tokens - cost)
        at = max(at, moment)
        requests += 1
    tokens = min(limit.burst, tokens + max(0.0, until - at) * rate)
    return Level(until, tokens, requests)


def wait_s(limit: Limit, tokens: float, cost: int) -> int:
    """Seconds until ``cost`` tokens are there, if nobody takes any; at least one, as is told."""
    return max(1, ceil((cost - tokens) / Rate.of(limit.rate).per_second))


def full_after_s(limit: Limit) -> float:
    """Seconds in which an empty bucket is full again."""
    return limit.burst / Rate.of(limit.rate).per_second
