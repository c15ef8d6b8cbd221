"""The sentry on a running edge: an attack is recognised, told, and survives the sentry's death."""

import http.client
import os
import re
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.gateway.live.floods import rapid_reset
from tests.gateway.live.stage import Stage, plain_config
from tests.tls import over_tls

from ringwall.gateway.attacks import Picture, picture
from ringwall.gateway.layout import Layout
from ringwall.gateway.posture import read_stance
from ringwall.runtime.processes.paths import run_dir_for

pytestmark = pytest.mark.e2e

POOL = 320


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = plain_config()
    # Those that are held open begin no handshake: they are to stay until the test ends them.
    config["edge"]["limits"] = {"connections": POOL, "handshake_timeout": "60s"}
    (plain,) = config["routes"]
    config["routes"].append({**plain, "name": "static", "path": "/static/**"})
    config["availability"] = {
        "limits": {
            "address": {"by": "address", "rate": "5/s", "burst": 5, "routes": ["all"]},
            "network": None,
        },
        "attacks": {"per_address": 220, "handshakes_per_address": 10, "resets_per_address": 60},
    }
    with Stage(tmp_path_factory.mktemp("attack"), config) as stage:
        yield stage.up()


def told(stage: Stage) -> Picture:
    """What ``ringwall attack`` shows."""
    return picture(Layout(stage.folder, stage.state, run_dir_for(stage.state)), now=time.time())


def attacks(stage: Stage) -> list[dict[str, Any]]:
    """The attacks that go on."""
    found: list[dict[str, Any]] = told(stage).found["attacks"]
    return found


def test_connections_held_open_are_an_attack_from_where_they_come(running: Stage) -> None:
    assert attacks(running) == []
    held = [
        socket.create_connection(("127.0.0.1", running.port), source_address=("127.0.9.9", 0))
        for _ in range(250)
    ]
    try:
        running.wait(lambda: attacks(running), within=15)
        running.wait(lambda: attacks(running)[0]["peak"] >= 200)  # it may see them come
        (attack,) = attacks(running)
        assert attack["kind"] == "connections"
        whole = {"what": "address", "name": "127.0.9.9", "weight": 250}
        running.wait(lambda: whole in attacks(running)[0]["sources"])
        running.wait(lambda: told(running).found["denied"])
        (denied,) = told(running).found["denied"]
        assert denied["network"] == "127.0.9.9"
        # Both are true of it, and it is denied while it still opens more of them.
        held_open = re.fullmatch(r"holds (\d+) connections open, 220 are allowed", denied["reason"])
        begun = re.fullmatch(r"begins (\d+) connections a second, 10 are allowed", denied["reason"])
        assert (held_open and 220 < int(held_open[1]) <= 250) or (begun and int(begun[1]) > 10)
        running.wait(lambda: _is_refused(running, "127.0.9.9"), within=20)
        assert not _is_refused(running, "127.0.9.7")
    finally:
        for one in held:
            one.close()
    before = running.pid("sentry")
    os.kill(before, signal.SIGKILL)
    running.wait(lambda: _sentry(running) not in {None, before})
    running.wait(lambda: told(running).found["since"] > attack["began"] and told(running).is_fresh)
    assert [one["id"] for one in attacks(running)] == [attack["id"]]
    assert running.get("https://app.localhost/").status_code == 200


def test_a_flood_is_counted_whole_and_recorded_in_part(running: Stage) -> None:
    record = running.state / "spool" / "edge" / "strangers.jsonl"
    before = _counted(running)
    with ExitStack() as held:
        floods = [held.enter_context(_connected(running, "127.0.9.8")) for _ in range(20)]
        bystander = held.enter_context(_connected(running, "127.0.9.7"))
        refused, deadline = 0, time.monotonic() + 20
        while told(running).found["recorded"] == 100:
            assert time.monotonic() < deadline
            refused += _refused(floods)
            assert _asked(bystander, "/static/x") == 200, "who floods troubles nobody else"
        lines = len(record.read_bytes().splitlines())
        more = 0
        while more < 1000 or not _of(running, "requests"):
            assert time.monotonic() < deadline
            more += _refused(floods)
            assert _asked(bystander, "/static/x") == 200
    running.wait(lambda: _addresses(running, "requests") == {"127.0.9.8"})
    running.wait(lambda: _is_refused(running, "127.0.9.8"), within=20)
    assert not read_stance(running.state).recognised, "what one does raises no alarm"
    assert _counted(running) - before == refused + more
    running.wait(lambda: told(running).found["recorded"] == 100)
    assert 0 < len(record.read_bytes().splitlines()) - lines < more


def test_who_resets_streams_without_end_is_denied(running: Stage) -> None:
    source, over = "127.0.9.5", threading.Event()
    attacker = threading.Thread(target=_resets, args=(running, source, over))
    attacker.start()
    try:
        running.wait(lambda: source in _denied(running), within=20)
    finally:
        over.set()
        attacker.join()
    assert re.fullmatch(r"resets \d+ streams a second, 60 are borne", _denied(running)[source])
    running.wait(lambda: _is_refused(running, source), within=20)
    running.wait(lambda: _addresses(running, "frames") == {source})
    assert running.get("https://app.localhost/static/x").status_code == 200


def test_several_networks_raise_the_alarm_at_the_host_that_they_flood(running: Stage) -> None:
    with ExitStack() as held:
        floods = [
            held.enter_context(_connected(running, f"127.0.{network}.1"))
            for network in (11, 12, 13)
            for _ in range(5)
        ]
        deadline = time.monotonic() + 20
        while not read_stance(running.state).recognised:
            assert time.monotonic() < deadline
            assert {_asked(one) for one in floods} <= {200, 429, 503}
    assert read_stance(running.state).hosts == frozenset({"app.localhost"})


def _sentry(stage: Stage) -> int | None:
    """Its process, if there is one at the moment."""
    found: dict[str, int | None] = {
        one["name"]: one["pid"] for one in stage.ask("status")["processes"]
    }
    return found["sentry"]


def _resets(stage: Stage, source: str, over: threading.Event) -> None:
    """Open streams and take them back, on one connection after the other."""
    context = stage.trust()
    context.set_alpn_protocols(["h2"])
    flood = rapid_reset()
    while not over.wait(0.2):  # fewer connections than one may begin
        try:
            with over_tls(
                context, stage.port, host="app.localhost", timeout=5, source=source
            ) as tls:
                tls.sendall(flood)
                while tls.recv(65536):
                    pass
        except OSError:
            continue


def _asked(one: ssl.SSLSocket, path: str = "/in/x") -> int:
    """Ask; the status."""
    one.sendall(f"GET {path} HTTP/1.1\r\nhost: app.localhost\r\n\r\n".encode())
    return _status(one)


def _of(stage: Stage, kind: str) -> list[dict[str, Any]]:
    return [one for one in attacks(stage) if one["kind"] == kind]


def _addresses(stage: Stage, kind: str) -> set[str]:
    """Where the one attack of a kind comes from, as far as that is known yet."""
    (attack,) = _of(stage, kind) or [{"sources": []}]
    return {one["name"] for one in attack["sources"] if one["what"] == "address"}


def _is_refused(stage: Stage, source: str) -> bool:
    """Whether a new connection from there is ended before its handshake."""
    try:
        for _ in range(5):
            _connected(stage, source).close()
    except (ConnectionError, ssl.SSLError):
        return True
    return False


def _connected(stage: Stage, source: str) -> ssl.SSLSocket:
    return over_tls(stage.trust(), stage.port, host="app.localhost", source=source)


def test_who_begins_connections_too_fast_is_denied(running: Stage) -> None:
    running.wait(lambda: _is_refused(running, "127.0.9.6"), within=20)
    running.wait(lambda: "127.0.9.6" in _denied(running), within=20)
    assert "connections a second, 10 are allowed" in _denied(running)["127.0.9.6"]
    assert not _is_refused(running, "127.0.9.7")


def _denied(stage: Stage) -> dict[str, str]:
    """Why, by network."""
    return {one["network"]: one["reason"] for one in told(stage).found["denied"]}


def _counted(stage: Stage) -> int:
    found = stage.gateway().admin("edge").stats(r"limit\.rate_limited$")
    return sum(map(int, found.values()))


def _refused(floods: list[ssl.SSLSocket]) -> int:
    """Ask once on each connection; how many answers were refusals."""
    for one in floods:
        one.sendall(b"GET /in/x HTTP/1.1\r\nhost: app.localhost\r\n\r\n")
    return sum(_status(one) == 429 for one in floods)


def _status(one: ssl.SSLSocket) -> int:
    """The status of an answer, which is read whole.

    Whoever asks on before that is behind by an answer, and Envoy ends connections that are by more.
    """
    answer = http.client.HTTPResponse(one)
    answer.begin()
    answer.read()
    return answer.status
