"""Envoy's counters, as it names them, become the few numbers that are looked at."""

import re
from dataclasses import replace

from ringwall.gateway.sentry.counters import PATTERN, Totals, rates, services, totals
from ringwall.gateway.sentry.recognising import Kind
from ringwall.gateway.sentry.signals import Second, sample

TOLD = {
    "http.edge.downstream_rq_total": "900",
    "http.edge-tls12.downstream_rq_total": "100",
    "http.admin.downstream_rq_total": "5000",
    "http.edge.downstream_rq_5xx": "21",
    "http.edge.downstream_rq_rx_reset": "7",
    "http.edge.downstream_rq_header_timeout": "3",
    "http.edge.downstream_rq_timeout": "2",
    "http.edge.downstream_cx_idle_timeout": "77",
    "http.edge.rq_overload_local_reply": "4",
    "http.edge.rbac.denied": "11",
    "http.edge.rbac.shed.denied": "8",
    "listener.127.0.0.1_8443.downstream_cx_total": "60",
    "listener.127.0.0.1_8080.downstream_cx_total": "25",
    "listener.127.0.0.1_8443.worker_0.downstream_cx_total": "30",
    "listener.127.0.0.1_8443.downstream_cx_active": "12",
    "listener.[__1]_8443.downstream_pre_cx_active": "1",
    "listener.127.0.0.1_8443.downstream_cx_overflow": "5",
    "listener.127.0.0.1_8443.ssl.handshake": "50",
    "listener.127.0.0.1_8443.ssl.connection_error": "9",
    "listener.admin.downstream_cx_total": "1000",
    "listener.envoy_internal_ringwall-pause.downstream_cx_total": "1000",
    "http2.inbound_empty_frames_flood": "6",
    "ringwall_address.http_local_rate_limit.rate_limited": "200",
    "ringwall_identity.http_local_rate_limit.rate_limited": "20",
    "cluster.shop.upstream_rq_total": "800",
    "cluster.shop.upstream_rq_5xx": "13",
    "cluster.shop.upstream_rq_timeout": "1",
    "overload.envoy.resource_monitors.fixed_heap.pressure": "40",
    "overload.envoy.resource_monitors.global_downstream_max_connections.pressure": "70",
    "server.version": "1.40",
}
PICKED = {name: value for name, value in TOLD.items() if re.search(PATTERN, name)}


def test_counters_are_summed_up() -> None:
    assert totals(PICKED) == Totals(
        requests=1000,
        errors=21,
        limited=220,
        limited_known=20,
        denied=11,
        overloaded=4,
        shed=8,
        slow=5,
        resets=7,
        cut_off=6,
        connections=85,
        plain=25,
        handshakes=50,
        handshake_errors=9,
        refused_connections=5,
        asked_services=800,
        failed=14,
        open=13,
        pressure=70,
    )
    assert services(PICKED) == {"shop": (800, 14)}


def test_nothing_is_asked_of_envoy_that_is_not_counted() -> None:
    left = set(PICKED) - {
        "listener.127.0.0.1_8443.worker_0.downstream_cx_total"  # which the expression cannot tell
    }
    for name in left:
        assert totals({name: "1"}) != Totals(), name


def test_rates_are_by_the_second_and_a_new_envoy_counts_from_nothing() -> None:
    before, now = Totals(requests=100, open=50), Totals(requests=160, open=7, pressure=30)
    found = rates(before, now, 2.0)
    assert found["requests"] == 30
    assert found["open"] == 7
    assert found["pressure"] == 0.3
    assert rates(now, replace(now, requests=10), 1.0)["requests"] == 10


def second(rated: Totals, *, busy: float = 0.0, usual_known: bool = True) -> dict[Kind, bool]:
    """Which kinds are harmed in a second with these numbers."""
    found = sample(
        Second(
            rates=rates(Totals(), rated, 1.0),
            seconds=1.0,
            busy=busy,
            pool=1000,
            usual_known=usual_known,
        )
    )
    assert set(found) == set(Kind)
    return {kind: signal.harm for kind, signal in found.items()}


def test_a_good_second_harms_nobody() -> None:
    quiet = Totals(requests=900, connections=10, handshakes=10, asked_services=900, open=400)
    assert not any(second(quiet, busy=0.5).values())
    assert not any(second(Totals()).values())


def test_a_busy_second_counts_only_once_it_is_known_what_is_usual() -> None:
    busy = Totals(requests=900, connections=10, handshakes=10, asked_services=900)
    assert second(busy, busy=0.95)[Kind.REQUESTS]
    assert not second(busy, busy=0.95, usual_known=False)[Kind.REQUESTS]


def test_what_is_refused_is_harm() -> None:
    assert second(Totals(requests=100, limited=11))[Kind.REQUESTS]
    assert not second(Totals(requests=100, limited=9))[Kind.REQUESTS]
    assert second(Totals(open=601))[Kind.CONNECTIONS]
    assert second(Totals(connections=100, handshakes=80))[Kind.HANDSHAKES]
    assert not second(Totals(connections=100, plain=20, handshakes=80))[Kind.HANDSHAKES]
    assert second(Totals(requests=100, resets=51))[Kind.FRAMES]
    assert not second(Totals(requests=100, resets=20))[Kind.FRAMES]
    assert second(Totals(asked_services=100, failed=11))[Kind.UPSTREAM]


def test_browsers_that_are_challenged_and_do_not_come_in_are_harm() -> None:
    """Or an attack would be over as soon as the challenge holds it back."""
    assert second(Totals(requests=100, errors=11))[Kind.REQUESTS]
    assert not second(Totals(requests=100, errors=11, failed=11))[Kind.REQUESTS]
