"""A valid request, damaged at random: refused, or harmless."""

from typing import Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.gateway.live.hostile import HostileStage, Probe, judge
from tests.gateway.live.hostile_crafting import ABC, SECOND

pytestmark = pytest.mark.e2e

BATCH: Final = 24

BASES: Final = (
    b"GET /static/~ HTTP/1.1\r\nHost: app.localhost\r\nX-A: b\r\n\r\n",
    b"POST /items/~ HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /static/~ HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + ABC,
    b"PUT /items/~/parts/1 HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 65\r\n\r\n" + SECOND,
    b"GET /tenant/~ HTTP/1.1\r\nHost: a.tenants.localhost\r\n\r\n",
)
PIECES: Final = (
    b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b"\x0b", b":", b";", b",", b"..", b"/", b"//",
    b"..;", b"%2e", b"%2f", b"%5c", b"%00", b"\\", b"#", b"?", b"*", b"\xff", b"0", b"9", b"-",
    b"+", b"0x", b"_", b"chunked", b"identity", b"HTTP/1.0", b"HTTP/1.1", b"GET ", b"admin",
    b"Content-Length: 1\r\n", b"Content-Length: 9\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Host: other.localhost\r\n", b"Host: evil.example\r\n", b"Connection: close\r\n",
    b"Connection: Content-Length\r\n", b"X-Forwarded-For: 192.0.2.1\r\n", b"https://evil.example/",
    b"@", b"0\r\n\r\n", b"ffffffff",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A request after one to four insertions, deletions, repetitions and exchanges."""
    base = data = draw(st.sampled_from(BASES))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 12)))
        piece = draw(st.sampled_from(PIECES))
        match draw(st.sampled_from(["insert", "delete", "repeat", "replace"])):
            case "insert":
                data = data[:at] + piece + data[at:]
            case "delete":
                data = data[:at] + data[end:]
            case "repeat":
                data = data[:end] + data[at:end] + data[end:]
            case _:
                data = data[:at] + piece + data[end:]
    assume(data.count(b"~") >= base.count(b"~"))
    return data


def _to(data: bytes) -> str:
    """The host that TLS is begun with, where requests for another are refused."""
    return "a.tenants.localhost" if b"GET /tenant/" in data else "app.localhost"


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(damaged(), min_size=BATCH, max_size=BATCH))
def test_damage_is_refused_or_harmless(hostile: HostileStage, batch: list[bytes]) -> None:
    # What is cut off a body is a request of its own, rightly so: up to three may come of one.
    probes = [
        Probe(str(number), data, requests=3, patience=0.4, linger=0.05, sni=_to(data))
        for number, data in enumerate(batch)
    ]
    for outcome in hostile.send_all(probes).values():
        judge(outcome)
    assert not hostile.recorder.broken


@pytest.mark.parametrize("piece", [1, 7])
@pytest.mark.parametrize("base", BASES)
def test_a_request_in_small_packets_is_the_same_request(
    hostile: HostileStage, base: bytes, piece: int
) -> None:
    outcome = hostile.send(Probe("packets", base, piece=piece, linger=0.05, sni=_to(base)))
    judge(outcome)
    assert outcome.exchange.statuses == (200,)
    assert [one.complete for one in outcome.seen] == [True]
