"""Envoy's counters as the few numbers that tell of an attack. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

PATTERN: Final = (
    r"^(http\.(edge|edge-tls12|unknown|redirect)\.(downstream_(rq_(total|5xx|rx_reset|too_large"
    r"|timeout|header_timeout|idle_timeout|overload_close|too_many_premature_resets)"
    r"|cx_protocol_error)|rq_overload_local_reply|rbac\.(.*\.)?denied)"
    r"|listener\.[^a-z].*\.(downstream_(cx_(total|active|overflow|overload_reject"
    r"|transport_socket_connect_timeout)|pre_cx_(active|timeout)|global_cx_overflow)|ssl\.(handshake"
    r"|connection_error))"
    r"|http2\.(.*flood|.*_violation|keepalive_timeout)"
    r"|.*http_local_rate_limit\.rate_limited"
    r"|.*local_rate_limit\..*\.rate_limited"
    r"|cluster\.[^.]+\.upstream_(rq_(total|5xx|timeout|pending_overflow)|cx_(overflow"
    r"|connect_fail))"
    r"|overload\..*\.pressure)$"
)
"""What is read of Envoy: the names that :func:`totals` knows what to do with, and no others."""

_WORKER: Final = re.compile(r"\.worker_\d+\.")


@dataclass(frozen=True, slots=True)
class Totals:
    """What the edge has counted since its Envoy started; ``open`` and ``pressure`` are of now.

    ``plain`` are connections at doors without TLS, which no handshake is awaited of.
    ``limited_known`` are requests of people and programs that a limit refused, ``limited`` all
    that any limit refused. ``failed`` are requests that services did not answer, or with a 5xx;
    ``errors`` all that were answered with a 5xx, also by the edge itself.
    """

    requests: int = 0
    errors: int = 0
    limited: int = 0
    limited_known: int = 0
    denied: int = 0
    overloaded: int = 0
    shed: int = 0
    too_large: int = 0
    slow: int = 0
    resets: int = 0
    cut_off: int = 0
    connections: int = 0
    plain: int = 0
    handshakes: int = 0
    handshake_errors: int = 0
    refused_connections: int = 0
    asked_services: int = 0
    failed: int = 0
    open: int = 0
    pressure: int = 0


_HTTP: Final[Mapping[str, str]] = {
    "downstream_rq_total": "requests",
    "downstream_rq_5xx": "errors",
    "downstream_rq_too_large": "too_large",
    "downstream_rq_timeout": "slow",
    "downstream_rq_header_timeout": "slow",
    "downstream_rq_idle_timeout": "slow",
    "downstream_rq_rx_reset": "resets",
    "downstream_rq_too_many_premature_resets": "cut_off",
    "downstream_cx_protocol_error": "cut_off",
    "downstream_rq_overload_close": "overloaded",
    "rq_overload_local_reply": "overloaded",
}
_LISTENER: Final[Mapping[str, str]] = {
    "downstream_cx_total": "connections",
    "downstream_cx_active": "open",
    "downstream_pre_cx_active": "open",
    "downstream_cx_overflow": "refused_connections",
    "downstream_cx_overload_reject": "refused_connections",
    "downstream_global_cx_overflow": "refused_connections",
    "downstream_cx_transport_socket_connect_timeout": "slow",
    "downstream_pre_cx_timeout": "slow",
    "ssl.handshake": "handshakes",
    "ssl.connection_error": "handshake_errors",
}
_IDENTITY: Final = "ringwall_identity."
"""How the counters begin of the limits of people and programs."""


def totals(stats: Mapping[str, str]) -> Totals:
    """Sum up counters by name. What is not known is passed over, and so is what is no number."""
    found = dict.fromkeys((one.name for one in fields(Totals)), 0)
    for name, value in stats.items():
        if not value.isdigit():
            continue
        for field in _fields(name):
            if field == "pressure":
                found[field] = max(found[field], int(value))
            else:
                found[field] += int(value)
        door, is_of_connections, _ = name.partition(".downstream_cx_total")
        if is_of_connections and "connections" in _fields(name):
            found["plain"] += 0 if f"{door}.ssl.handshake" in stats else int(value)
    return Totals(**found)


def _fields(name: str) -> tuple[str, ...]:
    """Which totals a counter goes into."""
    family, _, rest = name.partition(".")
    if name.endswith("http_local_rate_limit.rate_limited"):
        return ("limited", "limited_known") if _IDENTITY in name else ("limited",)
    if name.endswith(".rate_limited"):
        return ("refused_connections",)
    if family == "http":
        manager, _, counter = rest.partition(".")
        if counter.startswith("rbac.") and counter.endswith("denied"):
            return ("shed",) if counter.endswith(".shed.denied") else ("denied",)
        return _one(_HTTP.get(counter)) if manager else ()
    if family == "listener":
        if _WORKER.search(name):
            return ()
        return next((_one(to) for end, to in _LISTENER.items() if name.endswith(f".{end}")), ())
    if family == "http2":
        return ("cut_off",)
    if family == "overload":
        return ("pressure",)
    if family == "cluster":
        counter = rest.partition(".")[2]
        return ("asked_services",) if counter == "upstream_rq_total" else ("failed",)
    return ()


def _one(field: str | None) -> tuple[str, ...]:
    return () if field is None else (field,)


def services(stats: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Requests and failures of each service since Envoy started."""
    found: dict[str, tuple[int, int]] = {}
    for name, value in stats.items():
        if not name.startswith("cluster.") or not value.isdigit():
            continue
        _, service, counter = name.split(".", 2)
        asked, failed = found.get(service, (0, 0))
        if counter == "upstream_rq_total":
            found[service] = (asked + int(value), failed)
        else:
            found[service] = (asked, failed + int(value))
    return found


def rates(before: Totals, now: Totals, seconds: float) -> dict[str, float]:
    """What happened by the second, and ``open`` and ``pressure`` (0 to 1) as they are now.

    An Envoy that was started anew counts from nothing: what it has counted is what happened.
    """
    found = {}
    for one in fields(Totals):
        was, is_ = getattr(before, one.name), getattr(now, one.name)
        found[one.name] = (is_ - was if is_ >= was else is_) / max(seconds, 1e-3)
    return {**found, "open": float(now.open), "pressure": min(1.0, now.pressure / 100)}
