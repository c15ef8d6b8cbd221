"""A reload loses no request, whatever it changes; what cannot be applied changes nothing."""

import contextlib
import copy
import json
import resource
import socket
import ssl
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.gateway.live.asking import ask, gateway_of, pids, refused, reload
from tests.gateway.live.load import Load, in_turn
from tests.gateway.live.stage import Json, Stage, echo_service, plain_config
from tests.ports import free_port
from tests.tls import over_tls
from websockets.sync.client import connect

from ringwall.gateway.config import HostSettings
from ringwall.gateway.xds import NotAcceptedError
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.spool.segments import closed_name

pytestmark = pytest.mark.e2e

MIX = in_turn(
    ("GET", "/a", b""),
    ("POST", "/b", b"x" * 3000),
    ("GET", "/slow/150", b""),
    ("GET", "/c?d=e", b""),
)


def route(name: str, path: str, service: str, **more: object) -> Json:
    return {"name": name, "hosts": ["app.localhost"], "path": path, "service": service, **more}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = plain_config()
    # The first blocked network brings the filter with it, which is a change of the listener.
    config["edge"]["blocked"] = ["192.0.2.0/24"]
    config["routes"].append(route("talk", "/chat", "echo", websocket=True))
    with Stage(tmp_path_factory.mktemp("reload"), config) as stage:
        yield stage.up()


def steps(start: Json) -> Iterator[tuple[str, Json]]:
    """Fifty configurations, each with another kind of change from the one before."""
    kinds = ("header", "cluster", "blocked", "host", "route", "header", "certificate", "host")
    config = copy.deepcopy(start)
    for number in range(50):
        kind = "service" if number in {12, 30} else kinds[number % len(kinds)]
        edge, services, routes = config["edge"], config["services"], config["routes"]
        names = {one["name"] for one in routes}
        edge["response_headers"] = {"x-round": str(number)}
        if kind == "cluster":
            # The service's own socket once more, as a service in plain text: no process starts.
            if services.pop("spare", None) is None:
                services["spare"] = {
                    "addresses": ["unix:run/echo.sock"],
                    "tls": "none",
                    "owner": "tests",
                    "health": {"path": "/healthz", "interval": "1s"},
                }
                routes.append(route("spare", "/c", "spare"))
            else:
                routes[:] = [one for one in routes if one["service"] != "spare"]
        elif kind == "blocked":
            more = [] if len(edge["blocked"]) > 1 else ["198.51.100.0/24", "2001:db8::/32"]
            edge["blocked"] = ["192.0.2.0/24", *more]
        elif kind == "host":
            if edge["hosts"].pop("new.localhost", None) is None:
                edge["hosts"]["new.localhost"] = {}
        elif kind == "route" and "b" not in names:
            routes.append(route("b", "/b", "echo", methods=["POST"]))
        elif kind == "route":
            routes[:] = [one for one in routes if one["name"] != "b"]
        elif kind == "service" and "second" not in services:
            services["second"] = echo_service("second")
            routes.append(route("second", "/a", "second"))
        elif kind == "service":
            del services["second"]
            routes[:] = [one for one in routes if one["service"] != "second"]
        yield kind, copy.deepcopy(config)


def test_fifty_reloads_under_load_lose_no_request(
    running: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway, took = gateway_of(running), []
    before = pids(running)
    first = ask(running, "reload", author="tests")["version"]["number"]
    trust = running.trust()
    url = f"wss://app.localhost:{running.port}/chat"
    with (
        running.client() as client,
        connect(url, ssl=trust, address=("127.0.0.1", running.port)) as talk,
        Load(running.port, running.trust(), target=MIX, pause=0.008) as load,
    ):
        for number, (kind, config) in enumerate(steps(running.config)):
            running.write(config)
            if kind == "certificate":
                host = gateway.certificates.rotate_host("app.localhost", HostSettings())
                gateway.certificates.rotate_service("echo", trust_domain="ringwall.internal")
                assert {one.name for one in gateway.renew()} == {
                    "host/app.localhost",
                    "service/echo",
                }
                running.wait(lambda: _shown(running, trust) == host.serial)  # noqa: B023
            version, seconds = reload(running)
            took.append(seconds * 1000)
            assert version == first + number + 1
            assert client.get("https://app.localhost/x").headers["x-round"] == str(number)
            _holds(running, config)
        talk.send("still here")
        assert talk.recv(timeout=5) == "still here"
    with capsys.disabled():
        print(
            f"\n50 reloads: median {statistics.median(took):.0f} ms, slowest {max(took):.0f} ms "
            f"(under load); {load.tally.told()}"
        )
    assert not load.tally.failures, load.tally.told()
    assert load.tally.total > 3000
    # Nothing that carries the load was restarted for it, and no connection had to be made anew.
    assert before.items() <= pids(running).items()
    assert load.tally.connections["http1"] == 4
    assert load.tally.connections["http2"] == 2


def _holds(stage: Stage, config: Json) -> None:
    """What the configuration says is what the edge does."""
    with stage.client() as client:
        known = client.get("https://app.localhost/c").json()
        headers = {name for name, _ in known["headers"]}
        assert ("x-forwarded-client-cert" in headers) == ("spare" not in config["services"])
        pid = client.get("https://app.localhost/a").json()["pid"]
        assert (pid == pids(stage)["service-echo"]) == ("second" not in config["services"])
        posted = client.get("https://app.localhost/b").status_code
        assert posted == (405 if any(r["path"] == "/b" for r in config["routes"]) else 200)
    if "new.localhost" in config["edge"]["hosts"]:
        assert stage.get("https://new.localhost/").status_code == 404
    else:
        with pytest.raises(Exception, match=r"(?i)certificate|hostname"):
            stage.get("https://new.localhost/")


def _shown(stage: Stage, trust: ssl.SSLContext) -> str:
    with over_tls(trust, stage.port, host="app.localhost") as tls:
        found = tls.getpeercert()
    assert found is not None
    return str(found["serialNumber"]).lower()


def test_what_is_in_flight_to_a_removed_service_is_answered(running: Stage) -> None:
    config = copy.deepcopy(running.config)
    config["services"]["leaving"] = echo_service("leaving")
    config["routes"].append(route("leaving", "/slow/{ms}", "leaving"))
    running.write(config)
    reload(running)
    leaving = pids(running)["service-leaving"]
    target = in_turn(("GET", "/slow/1200", b""))
    with Load(running.port, running.trust(), target=target, http1=3, fresh=2) as load:
        asked = load.tally.connections
        running.wait(lambda: (asked["http1"], asked["http2"]) == (3, 2) and asked["fresh"] >= 2)
        time.sleep(0.5)
        with running.client() as client:
            assert client.get("https://app.localhost/slow/1").json()["pid"] == leaving
        del config["services"]["leaving"], config["routes"][-1]
        running.write(config)
        reload(running)
        assert not Path(f"/proc/{leaving}").exists()
    assert not load.tally.failures, load.tally.told()
    assert load.tally.total >= 11


@pytest.mark.parametrize(
    "edge",
    [
        {"limits": {"connection_idle": "77s"}},
        {"limits": {"connection_buffer": "48KiB"}},
        {"blocked": []},
    ],
    ids=["chains", "whole", "filters"],
)
def test_a_changed_listener_says_goodbye_and_loses_nothing(
    running: Stage, edge: Json, capsys: pytest.CaptureFixture[str]
) -> None:
    """The limits stand in every filter chain, the buffer in the listener itself."""
    config = copy.deepcopy(running.config)
    with Load(running.port, running.trust(), target=MIX) as load:
        time.sleep(0.5)
        config["edge"].update(edge)
        running.write(config)
        reload(running)
        running.wait(
            lambda: load.tally.goodbyes["http1"] >= 4 and load.tally.goodbyes["http2"] >= 2
        )
        time.sleep(1)
    with capsys.disabled():
        print(f"\nlistener changed: {load.tally.told()}")
    assert not load.tally.failures, load.tally.told()
    assert load.tally.goodbyes["http1"] >= 4
    assert load.tally.goodbyes["http2"] >= 2


def test_a_blocked_network_is_shut_out_and_let_in_on_open_connections(running: Stage) -> None:
    config = copy.deepcopy(running.config)
    config["edge"]["blocked"] = ["192.0.2.0/24"]
    running.write(config)
    reload(running)
    with running.client() as client:
        assert client.get("https://app.localhost/").status_code == 200
        for networks, status in ((["127.0.0.0/8"], 403), (["192.0.2.0/24"], 200)):
            config["edge"]["blocked"] = networks
            running.write(config)
            reload(running)
            answer = client.get("https://app.localhost/")
            assert answer.status_code == status
            assert answer.headers.get("connection") != "close"


def test_whoever_moves_is_at_both_places_until_nobody_comes_to_the_old(running: Stage) -> None:
    """The edge leads to a service's new address before the old one is closed."""
    config, old = copy.deepcopy(running.config), running.config["services"]["echo"]["addresses"]
    for _ in range(3):
        config["services"]["echo"]["addresses"] = [f"127.0.0.1:{free_port()}"]
        running.write(config)
        with Load(running.port, running.trust(), target=MIX, pause=0.01) as load:
            time.sleep(0.3)
            reload(running)
            time.sleep(0.3)
        assert not load.tally.failures, load.tally.told()
    running.wait(lambda: _refuses(int(old[0].rpartition(":")[2])))


def _refuses(port: int) -> bool:
    """Whether nobody listens; each worker thread of a proxy stops by itself, a moment later."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    except OSError:  # taken, and ended before anybody was there
        return False
    return False


def test_a_moved_edge_answers_at_the_new_port_and_no_more_at_the_old(running: Stage) -> None:
    config, old = copy.deepcopy(running.config), (running.port, running.private)
    running.port, running.private = free_port(), free_port()
    running.write(config)
    reload(running)
    assert running.get("https://app.localhost/").status_code == 200
    private = f"http://127.0.0.1:{running.private}/readyz"
    running.wait(lambda: _is_answered(private))
    for port in old:
        running.wait(lambda: _refuses(port))  # noqa: B023


def _is_answered(url: str) -> bool:
    try:
        return httpx.get(url, timeout=20).status_code == 200
    except httpx.TransportError:  # its process is not there yet
        return False


def files(stage: Stage) -> dict[str, bytes]:
    """Everything that Envoys read, to the byte."""
    folder = stage.state / "xds"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def versions(stage: Stage) -> list[str]:
    return sorted(path.name for path in (stage.state / "versions").iterdir())


@pytest.fixture
def untouched(running: Stage) -> Iterator[Stage]:
    """Whatever the test tries: no file changes, no version is made, no process is another."""
    before = (files(running), versions(running), pids(running), copy.deepcopy(running.config))
    port, private = running.port, running.private
    yield running
    running.port, running.private = port, private
    running.write(before[3])
    assert running.get("https://app.localhost/").status_code == 200
    assert files(running) == before[0]
    assert versions(running) == before[1]
    assert pids(running) == before[2]
    reload(running)


def test_an_invalid_file_is_refused_with_every_problem(untouched: Stage) -> None:
    config = copy.deepcopy(untouched.config)
    config["routes"][0]["service"] = "ecko"
    config["services"]["echo"]["protocol"] = "http4"
    untouched.write(config)
    found = untouched.command("reload")
    assert found.returncode == 3
    assert "ecko" in found.stderr
    assert "http4" in found.stderr
    assert "what runs stays" in found.stderr
    assert len(untouched.status()["refused"]["problems"]) == 2
    assert "refused" in untouched.command("status").stdout
    told = json.loads(untouched.command("reload", "--json").stdout)
    assert len(told["refused"]["problems"]) == 2


def test_what_envoy_alone_refuses_leaves_every_byte(untouched: Stage) -> None:
    config = copy.deepcopy(untouched.config)
    config["edge"]["hosts"]["other.localhost"] = {}
    config["services"]["second"] = echo_service("second", response_headers={"host": "never"})
    config["routes"].append(route("second", "/second", "second"))
    untouched.write(config)
    assert "host" in refused(untouched)


@pytest.mark.parametrize("key", ["listen", "private"])
def test_a_port_that_is_taken_is_named_by_its_key(untouched: Stage, key: str) -> None:
    config = copy.deepcopy(untouched.config)
    with socket.create_server(("127.0.0.1", 0)) as other:
        if key == "listen":
            untouched.port = other.getsockname()[1]
        else:
            untouched.private = other.getsockname()[1]
        untouched.write(config)
        assert f"edge.{key}: 127.0.0.1:{other.getsockname()[1]}" in refused(untouched)


def test_what_the_running_envoy_refuses_is_put_back(untouched: Stage) -> None:
    """The port is taken after it was looked at: Envoy itself finds out, and says no."""
    config, port = copy.deepcopy(untouched.config), untouched.port
    config["edge"]["response_headers"] = {"x-tried": "yes"}
    config["edge"]["hosts"]["other.localhost"] = {}
    installation = find(all_sections, config=untouched.file, state=untouched.state)
    with socket.create_server(("127.0.0.1", 0)) as other:
        untouched.port = other.getsockname()[1]
        untouched.write(config)
        untouched.port = port
        with Load(untouched.port, untouched.trust(), target=MIX) as load:
            with pytest.raises(NotAcceptedError, match=r"refused lds\.json"):
                gateway_of(untouched).apply(installation.load(), author="tests", reason="tried")
            time.sleep(0.5)
    assert not load.tally.failures, load.tally.told()


@pytest.mark.parametrize(
    ("room", "why"),
    [(room, "may not grow") for room in (50, 300, 2_000, 5_000, 9_000)]
    + [(70_000, "File too large")],
)
def test_a_full_disk_leaves_what_runs(untouched: Stage, room: int, why: str) -> None:
    """Files of the supervisor may have only so many bytes.

    What cannot be recorded is not begun; with room for that, what the edge reads is too large.
    """
    spool = untouched.state / "spool" / "activity" / "activity.jsonl"
    with contextlib.suppress(FileNotFoundError):  # a job may have closed it just now
        spool.rename(closed_name(spool, datetime.now(UTC)))
    config = copy.deepcopy(untouched.config)
    config["services"]["second"] = echo_service("second")
    config["routes"].append(route("second", "/a", "second"))
    untouched.write(config)
    supervisor = ask(untouched, "status")["supervisor"]["pid"]
    whole = resource.prlimit(supervisor, resource.RLIMIT_FSIZE)
    resource.prlimit(supervisor, resource.RLIMIT_FSIZE, (room, whole[1]))
    try:
        assert why in refused(untouched)
    finally:
        resource.prlimit(supervisor, resource.RLIMIT_FSIZE, whole)


def test_an_earlier_version_comes_back_as_a_new_one(running: Stage) -> None:
    start, config = copy.deepcopy(running.config), copy.deepcopy(running.config)
    first, _ = reload(running)
    config["edge"]["response_headers"] = {"x-version": "new"}
    running.write(config)
    second, _ = reload(running)
    assert second == first + 1
    assert running.get("https://app.localhost/").headers["x-version"] == "new"

    found = running.command("rollback", str(first))
    assert found.returncode == 0, found.stderr
    assert f"version {second + 1} is in force" in found.stdout
    assert "x-version" not in running.get("https://app.localhost/").headers

    told = json.loads(running.command("history", "--json").stdout)[-3:]
    assert [one["number"] for one in told] == [first, second, second + 1]
    assert told[0]["hash"] == told[2]["hash"] != told[1]["hash"]
    assert [one["reason"] for one in told[1:]] == ["reload", f"rollback to {first}"]
    assert all(one["author"] and one["time"] for one in told)
    assert running.command("rollback", "4000").returncode == 1
    running.write(start)


def test_a_changed_bootstrap_restarts_that_envoy_alone_and_diff_says_so(running: Stage) -> None:
    reload(running)
    before, config = pids(running), copy.deepcopy(running.config)
    for limits, workers in (({"heap": "700MiB"}, None), ({}, 1)):
        config["edge"] = {**config["edge"], "limits": limits}
        if workers:
            config["edge"]["workers"] = workers
        running.write(config)
        told = running.command("diff")
        assert told.returncode == 6
        assert "edge will be restarted" in told.stdout
        reload(running)
        running.wait(running.is_ready)
        after = pids(running)
        assert after.pop("edge") != before["edge"]
        assert after.items() <= before.items()
        assert running.get("https://app.localhost/").status_code == 200


def test_a_damaged_version_is_named_and_stops_nobody(running: Stage) -> None:
    number, _ = reload(running)
    broken = running.state / "versions" / str(number) / "version.json"
    whole = broken.read_bytes()
    try:
        broken.write_bytes(whole[: len(whole) // 2])
        found = running.command("history")
        assert found.returncode == 1
        assert f"version {number} is damaged" in found.stderr
        status = running.command("status")
        assert status.returncode == 0
        assert f"version {number} is damaged" in status.stdout
        assert running.get("https://app.localhost/").status_code == 200
        assert reload(running)[0] == number + 1
        assert running.status()["version"]["number"] == number + 1
    finally:
        broken.write_bytes(whole)
    running.down()
    later = running.state / "versions" / str(number + 1) / "version.json"
    later.write_text("{}")
    running.up()
    assert running.status()["version"]["number"] == number + 2
    later.unlink()
    assert running.get("https://app.localhost/").status_code == 200


@pytest.mark.alone  # the bound is one of seconds
def test_saved_files_are_applied_within_a_second_or_so(tmp_path: Path) -> None:
    config = plain_config(include=["parts/"])
    (tmp_path / "parts").mkdir()
    with Stage(tmp_path, config) as stage:
        stage.up("--watch")

        def version() -> int:
            found: int = json.loads(stage.command("history", "--json").stdout)[-1]["number"]
            return found

        def header() -> object:
            return stage.get("https://app.localhost/").headers.get("x-saved")

        def refusal() -> object:
            return ask(stage, "status")["refused"]

        config["edge"]["response_headers"] = {"x-saved": "once"}
        stage.write(config)
        began = time.monotonic()
        stage.wait(lambda: header() == "once", within=3)
        assert time.monotonic() - began < 2
        assert version() == 2

        text = stage.file.read_text()
        stage.file.write_text(text.replace("x-saved: once", "x-saved: [once"))
        stage.wait(refusal, within=3)
        assert header() == "once"
        (tmp_path / "parts" / "more.yaml").write_text(
            "routes: [{name: more, hosts: [app.localhost], path: /more, service: nobody}]"
        )
        fresh = stage.file.with_name("new.yaml")
        fresh.write_text(text.replace("x-saved: once", "x-saved: twice"))
        fresh.rename(stage.file)
        stage.wait(lambda: "nobody" in str(refusal()), within=3)
        assert header() == "once"
        (tmp_path / "parts" / "more.yaml").unlink()
        stage.wait(lambda: header() == "twice", within=3)
        stage.wait(lambda: refusal() is None, within=3)
        assert version() == 3

        (tmp_path / "noise.txt").write_text("nothing of ours")
        stage.file.write_text(stage.file.read_text())
        time.sleep(1)
        assert version() == 3

        # What was rolled back stays so until the files mean something new.
        assert stage.command("rollback", "1").returncode == 0
        (tmp_path / "noise.txt").write_text("still nothing of ours")
        time.sleep(1)
        assert (version(), header()) == (4, None)
        stage.file.write_text(text.replace("x-saved: once", "x-saved: again"))
        stage.wait(lambda: header() == "again", within=3)

        # A mistake that is taken back is no refusal any more, though nothing is applied.
        good = stage.file.read_text()
        stage.file.write_text(good.replace("x-saved: again", "x-saved: [again"))
        stage.wait(refusal, within=3)
        stage.file.write_text(good)
        stage.wait(lambda: refusal() is None, within=3)
        assert version() == 5
