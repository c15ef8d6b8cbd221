"""What the sentry reads of this machine: sockets, workers, lines of the record, its own files."""

import json
import os
import socket
import threading
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.sentry.finding import Event, finding, merged, read
from ringwall.gateway.sentry.keeping import Keeping, events_in
from ringwall.gateway.sentry.lines import SignIn
from ringwall.gateway.sentry.lines import read as read_line
from ringwall.gateway.sentry.looking import Connected
from ringwall.gateway.sentry.networks import Exempt, network_of, told
from ringwall.gateway.sentry.recognising import Attack, Kind, State, Watched
from ringwall.gateway.sentry.settings import Settings
from ringwall.gateway.sentry.sources import Source, Sources
from ringwall.gateway.sentry.tails import Tail
from ringwall.gateway.sentry.usual import Usual
from ringwall.gateway.sentry.workers import Workers, pid_at, pressure, used


def test_connections_are_counted_by_address_of_the_peer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        clients = [
            socket.create_connection(("127.0.0.1", port), source_address=(source, 0))
            for source in ["127.0.0.1", "127.0.7.7", "127.0.7.7", "127.0.7.8"]
        ]
        try:
            found = Connected.to((port,))
        finally:
            for one in clients:
                one.close()
    assert found.by_address == {
        ip_network("127.0.0.1"): 1,
        ip_network("127.0.7.7"): 2,
        ip_network("127.0.7.8"): 1,
    }
    assert found.by_network == {ip_network("127.0.0.0/24"): 1, ip_network("127.0.7.0/24"): 3}


def test_connections_that_are_half_open_count_for_nobody() -> None:
    """Their sources are not proven: anybody's connections would be denied by packets made up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        # With it the kernel leaves a connection half open until the client says something.
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
        port = server.getsockname()[1]
        with (
            socket.create_connection(("127.0.0.1", port), source_address=("127.0.7.7", 0)),
            socket.create_connection(("127.0.0.1", port), source_address=("127.0.7.8", 0)) as real,
        ):
            real.sendall(b"x")
            server.accept()[0].close()
            with socket.create_connection(
                ("127.0.0.1", port), source_address=("127.0.7.9", 0)
            ) as open_:
                open_.sendall(b"x")
                with server.accept()[0]:
                    assert Connected.to((port,)).by_address == {ip_network("127.0.7.9"): 1}


def test_the_process_behind_a_socket_is_known_by_the_kernel(tmp_path: Path) -> None:
    path = tmp_path / "x.sock"
    assert pid_at(path) is None
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert pid_at(path) == os.getpid()


def test_workers_are_known_by_their_names() -> None:
    stop, named = threading.Event(), threading.Event()

    def work() -> None:
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text("wrk:worker_0")
        named.set()
        stop.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert named.wait(5)
        found = Workers(os.getpid()).busy()
    finally:
        stop.set()
        thread.join()
    assert len(found) == 1
    assert next(iter(found.values())) > 0


def test_pressure_is_what_the_busiest_worker_wanted() -> None:
    assert used("100 20 3\n") == 120
    before, now = {"a": 0, "b": 0}, {"a": 500_000_000, "b": 250_000_000, "new": 9_000_000_000}
    assert pressure(before, now, 1.0) == 0.5
    assert pressure(before, now, 0.25) == 1.0
    assert pressure({}, now, 1.0) == 0.0


def test_a_tail_reads_whole_lines_once_and_follows_into_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"before\n")
    tail = Tail(path)
    assert tail.lines() == ([], 0)
    with path.open("ab") as file:
        file.write(b"one\ntwo\nhal")
        file.flush()
        assert tail.lines() == ([b"one", b"two"], 0)
        file.write(b"f\n")
        file.flush()
        assert tail.lines() == ([b"half"], 0)
    path.rename(tmp_path / "closed")
    assert tail.lines() == ([], 0)
    path.write_bytes(b"new\n")
    assert tail.lines() == ([b"new"], 0)
    path.write_bytes(b"")
    assert tail.lines() == ([], 0)


def test_of_a_flood_the_newest_lines_are_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    tail = Tail(path)
    path.write_bytes(b"".join(b"%099d\n" % n for n in range(2000)))
    lines, passed = tail.lines()
    assert lines[-1] == b"%099d" % 1999
    assert all(len(one) == 99 for one in lines)
    assert passed == 200_000 - 100 * len(lines)
    assert tail.lines() == ([], 0)


@pytest.mark.parametrize(
    ("address", "narrow", "wide"),
    [
        ("203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        (b"\x7f\0\0\1", "127.0.0.1/32", "127.0.0.0/24"),
    ],
)
def test_addresses_count_with_their_network(address: str | bytes, narrow: str, wide: str) -> None:
    assert network_of(address) == ip_network(narrow)
    assert network_of(address, wide=True) == ip_network(wide)
    assert network_of("nobody") is None


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_exempt_is_whoever_has_an_address_in_common(address: object, bits: int) -> None:
    network = ip_network((str(address), bits), strict=False)
    assert Exempt([str(network)]).overlaps(ip_network(str(address)))
    assert Exempt([str(address)]).overlaps(network)
    assert not Exempt([str(network)]).overlaps(ip_network("2001:db8::/64"))
    assert told(ip_network(str(address))) == str(address)


LINE = {
    "client": "203.0.113.7",
    "status": 429,
    "details": "local_rate_limited",
    "path": "/accounts/login/",
    "host": "id.example:8443",
    "route": "ringwall",
    "user": None,
}


WHERE = SignIn("id.example", ("/accounts/login", "/sign-on"), frozenset({"login"}))


def test_a_route_for_signing_in_counts_as_ringwalls_own_pages_do() -> None:
    found = []
    for change in ({"host": "app.example", "route": "login"}, {"path": "/sign-on"}, {"path": "/x"}):
        line = read_line(json.dumps({**LINE, **change}).encode())
        assert line is not None
        found.append(line.is_sign_in(WHERE))
    assert found == [True, True, False]


def test_a_line_tells_what_attack_it_may_be_part_of() -> None:
    line = read_line(json.dumps(LINE).encode())
    assert line is not None
    assert line.about(WHERE) == (Kind.REQUESTS, Kind.SIGN_IN)
    assert line.about(SignIn()) == (Kind.REQUESTS,)
    known = read_line(json.dumps({**LINE, "user": "u1", "tenant": "t1"}).encode())
    assert known is not None
    assert known.about(SignIn()) == (Kind.TENANT,)
    answered = read_line(json.dumps({**LINE, "status": 200, "details": "via_upstream"}).encode())
    assert answered is not None
    assert answered.about(WHERE) == ()
    assert read_line(b"{") is None
    assert read_line(b"[]") is None


def test_sources_name_whoever_comes_most() -> None:
    sources = Sources()
    line = read_line(json.dumps(LINE).encode())
    assert line is not None
    sources.saw(line, [Kind.REQUESTS], weight=3.0)
    assert sources.top(Kind.REQUESTS) == (
        Source("address", "203.0.113.7", 3.0),
        Source("network", "203.0.113.0/24", 3.0),
        Source("route", "ringwall", 3.0),
    )
    assert sources.top(Kind.SLOW) == ()
    sources.is_connected({ip_network("10.0.0.1"): 9}, {ip_network("10.0.0.0/24"): 9})
    assert sources.top(Kind.CONNECTIONS)[0] == Source("address", "10.0.0.1", 9)


ATTACK = Attack(
    id="requests-1",
    kind=Kind.REQUESTS,
    began=1e9,
    above=100.0,
    peak=900.0,
    peaked=1e9 + 5,
    count=4000.0,
    seen=1e9 + 9,
)


def test_a_finding_is_what_ocsf_asks_for_and_is_read_back() -> None:
    event = Event(ATTACK, (Source("address", "203.0.113.7", 3.0),))
    value = json.loads(json.dumps(finding(event, now=1e9 + 10, is_new=True)))
    assert read(value) == event
    for name in (
        "activity_id",
        "category_uid",
        "class_uid",
        "finding_info",
        "metadata",
        "severity_id",
        "time",
        "type_uid",
    ):
        assert name in value
    assert value["type_uid"] == value["class_uid"] * 100 + value["activity_id"] == 200401
    assert value["start_time"] == 1e12
    assert "end_time" not in value
    with pytest.raises(ValueError, match="no attack that the sentry wrote"):
        read({"unmapped": {}})


def test_sources_of_an_attack_keep_their_greatest_weight() -> None:
    before = (Source("address", "a", 5.0), Source("address", "b", 1.0))
    assert merged(before, [Source("address", "a", 2.0), Source("address", "c", 3.0)], most=2) == (
        Source("address", "a", 5.0),
        Source("address", "c", 3.0),
    )


def test_the_next_sentry_goes_on_where_one_was_killed(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "run", tmp_path / "attacks")
    usual = Usual().seen(5.0, 1e9)
    keeping.event(Event(ATTACK), now=1e9)
    keeping.state(State({Kind.REQUESTS: Watched(usual=usual, attack=ATTACK)}))
    state, events = Keeping(tmp_path / "run", tmp_path / "attacks").found()
    assert state.open == (ATTACK,)
    assert state.kinds[Kind.REQUESTS].usual.counts == usual.counts
    assert events == {"requests-1": Event(ATTACK)}


def test_what_is_damaged_is_named_and_passed_over(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "run", tmp_path / "attacks")
    keeping.event(Event(ATTACK), now=1e9)
    (tmp_path / "attacks" / "torn.json").write_text("{")
    (tmp_path / "attacks" / ".usual.json").write_text("[]")
    events, damaged = events_in(tmp_path / "attacks")
    assert events == [Event(ATTACK)]
    assert damaged == ["torn.json"]
    assert keeping.found()[0].open == (ATTACK,)


def test_attacks_of_long_ago_are_forgotten_and_open_ones_never(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "run", tmp_path / "attacks")
    keeping.event(Event(ATTACK), now=1e9)
    keeping.forget(1e9 + 500 * 86_400)
    assert len(events_in(tmp_path / "attacks")[0]) == 1


def test_settings_are_told_as_text() -> None:
    settings = Settings(
        admin="/a",
        xds="/x",
        folder="/f",
        attacks="/t",
        strangers="/s",
        known="/k",
        ports=(1, 2),
        pool=10,
        exempt=("10.0.0.0/8",),
    )
    assert Settings.read(settings.encoded()) == settings
