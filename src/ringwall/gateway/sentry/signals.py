"""What a second at the edge came to, as the signals that attacks are recognised by. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ringwall.gateway.sentry.recognising import Kind, Signal

_MUCH: Final = 0.10
"""The share that is refused, or fails, from which on it is no longer an ordinary bad day."""
_POOL: Final = 0.60
_BUSY: Final = 0.70
_RESETS: Final = 0.50
"""Browsers reset what a person no longer waits for, but seldom most of what they ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """What was seen within a second.

    ``rates`` are :func:`~ringwall.gateway.sentry.counters.rates`, ``busy`` what the busiest worker
    wanted of its time (0 to 1), ``pool`` the connections that the edge takes, ``crowded`` how many
    addresses have more connections than one may, ``sign_in`` refused tries to sign in by the
    second, ``usual_known`` whether it is known by now how busy an ordinary hour is.
    """

    rates: Mapping[str, float]
    seconds: float
    busy: float
    pool: int
    crowded: int = 0
    sign_in: float = 0.0
    usual_known: bool = False


def sample(second: Second) -> dict[Kind, Signal]:
    """The level of each kind, and whether it does harm."""
    r, took = second.rates, second.seconds
    refused = _refused(r)
    lost = max(0.0, r["connections"] - r["plain"] - r["handshakes"])
    is_busy = _is_busy(second)
    short = r["open"] > _POOL * second.pool or r["refused_connections"] > 0
    return {
        Kind.CONNECTIONS: Signal(
            r["open"], short or second.crowded > 0, r["refused_connections"] * took
        ),
        Kind.HANDSHAKES: Signal(
            r["connections"],
            _share(lost + r["handshake_errors"], r["connections"]) > _MUCH or short or is_busy,
            r["connections"] * took,
        ),
        Kind.SLOW: Signal(r["slow"], r["slow"] > 0, r["slow"] * took),
        Kind.FRAMES: Signal(
            r["resets"] + r["cut_off"],
            r["cut_off"] > 0 or _share(r["resets"], r["requests"]) > _RESETS,
            (r["resets"] + r["cut_off"]) * took,
        ),
        Kind.REQUESTS: Signal(
            r["requests"], _share(refused, r["requests"]) > _MUCH or is_busy, refused * took
        ),
        Kind.SIGN_IN: Signal(second.sign_in, second.sign_in > 0, second.sign_in * took),
        Kind.TENANT: Signal(r["limited_known"], r["limited_known"] > 0, r["limited_known"] * took),
        Kind.UPSTREAM: Signal(
            r["failed"], _share(r["failed"], r["asked_services"]) > _MUCH, r["failed"] * took
        ),
    }


def without_one_source(second: Second, share: float) -> Signal:
    """Requests as they would be without the source of which ``share`` of what is refused is."""
    r = second.rates
    refused = _refused(r)
    requests = max(0.0, r["requests"] - refused * share)
    refused *= 1.0 - share
    return Signal(
        requests,
        _share(refused, requests) > _MUCH or _is_busy(second),
        refused * second.seconds,
    )


def _refused(rates: Mapping[str, float]) -> float:
    """Strangers' requests that were refused, by the second."""
    # What the edge answers in a service's stead: above all browsers that are challenged.
    stopped = max(0.0, rates["errors"] - rates["failed"] - rates["overloaded"])
    limited = max(0.0, rates["limited"] - rates["limited_known"])
    return limited + rates["overloaded"] + max(stopped, rates["shed"])


def _is_busy(second: Second) -> bool:
    # It says nothing before it is known how busy the edge is on any other day.
    return second.usual_known and second.busy > _BUSY


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float(part > 0)
