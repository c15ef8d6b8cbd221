"""Whatever is killed, the service is back within two seconds and nothing applied is lost."""

import contextlib
import copy
import json
import os
import pty
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.gateway.live.asking import ask, pids, reload, settled
from tests.gateway.live.load import Load, in_turn
from tests.gateway.live.stage import Json, Stage, echo_service, plain_config

from ringwall.runtime.processes.calls import ControlError

pytestmark = pytest.mark.e2e

BACK_WITHIN_S = 2.0
BRISK = Path(__file__).with_name("brisk.py")
QUICK = in_turn(("GET", "/a", b""), ("POST", "/b", b"x" * 100))


def two_services() -> Json:
    config = plain_config()
    config["edge"]["hosts"]["other.localhost"] = {}
    config["edge"]["response_headers"] = {"x-kept": "yes"}
    config["services"]["other"] = echo_service("other")
    config["routes"].append({**config["routes"][0], "name": "other", "service": "other"})
    config["routes"][-1]["hosts"] = ["other.localhost"]
    return config


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = two_services()
    for name, service in config["services"].items():
        service["process"]["command"] = ["python", str(BRISK), f"run/{name}.sock"]
    with Stage(tmp_path_factory.mktemp("kills"), config) as stage:
        yield stage.up()


def everyone(stage: Stage) -> dict[str, int]:
    """Every process of the run, the supervisor and its guardian too."""
    assert stage.process is not None
    found = {**pids(stage), "supervisor": ask(stage, "status")["supervisor"]["pid"]}
    return {**found, "guardian": stage.process.pid}


def _served_again(load: Load, killed: float) -> bool:
    """Whether nothing has failed for half a second, in which much was answered."""
    last, answered = len(load.tally.failures), sum(load.tally.answered.values())
    time.sleep(0.5)
    more = sum(load.tally.answered.values()) - answered
    return len(load.tally.failures) == last and more > 20 and load.elapsed > killed + 0.5


ON_THE_PATH = {"edge", "sidecar-echo", "service-echo"}


@pytest.mark.alone  # the bound is one of seconds
@pytest.mark.parametrize(
    "name", ["edge", "sidecar-echo", "service-echo", "sidecar-other", "web", "worker", "supervisor"]
)
def test_killed_under_load_it_is_back_within_two_seconds(
    running: Stage, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everyone(running)
    version = running.status()["version"]
    with (
        Load(running.port, running.trust(), target=QUICK, pause=0.01) as load,
        Load(running.port, running.trust(), target=QUICK, host="other.localhost", http2=0) as other,
    ):
        time.sleep(random.uniform(0.3, 0.8))
        killed, killed_other = load.elapsed, other.elapsed
        os.kill(before[name], signal.SIGKILL)
        running.wait(lambda: _served_again(load, killed), within=5)
        running.wait(lambda: settled(running), within=10)
        _served_again(other, killed_other)
    last = max((at for at, *_ in load.tally.failures), default=killed)
    with capsys.disabled():
        print(
            f"\n{name} killed: {len(load.tally.failures)} of {load.tally.total} requests failed, "
            f"the last {last - killed:.2f} s after; of the other service's "
            f"{len(other.tally.failures)} of {other.tally.total}"
        )
    assert last - killed < BACK_WITHIN_S, load.tally.told()
    if name not in ON_THE_PATH:
        assert not load.tally.failures, load.tally.told()
    if name not in {"edge", "sidecar-other"}:
        assert not other.tally.failures, other.tally.told()
    assert all(at - killed_other < BACK_WITHIN_S for at, *_ in other.tally.failures)

    after = everyone(running)
    assert after.pop(name) != before.pop(name)
    assert after == before
    assert running.status()["version"] == version
    assert running.get("https://app.localhost/").headers["x-kept"] == "yes"


def test_the_supervisor_goes_on_with_what_was_in_force(running: Stage) -> None:
    """Not with what the files say by now: that nobody has asked for."""
    start, before = copy.deepcopy(running.config), everyone(running)
    version = running.status()["version"]
    for text in (None, "version: 1\nnonsense: true\n"):
        config = copy.deepcopy(start)
        config["edge"]["response_headers"] = {"x-kept": "never asked for"}
        running.write(config)
        if text is not None:
            running.file.write_text(text)
        supervisor = everyone(running)["supervisor"]
        os.kill(supervisor, signal.SIGKILL)
        running.wait(lambda: settled(running), within=10)
        assert everyone(running)["supervisor"] != supervisor
        assert running.get("https://app.localhost/").headers["x-kept"] == "yes"
        assert running.status()["version"] == version
        refused = running.status()["refused"]
        assert (refused is None) == (text is None)
    running.write(start)
    reload(running)
    after = everyone(running)
    assert {n: after[n] for n in pids(running)} == {n: before[n] for n in pids(running)}


def test_killed_in_the_middle_of_changes_it_is_one_or_the_other(
    running: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, seen = random.Random(os.getpid()), []
    start = copy.deepcopy(running.config)
    with Load(running.port, running.trust(), target=QUICK, pause=0.02) as load:
        for number in range(4):
            config = copy.deepcopy(start)
            config["edge"]["response_headers"] = {"x-kept": str(number)}
            config["edge"]["hosts"][f"h{number}.localhost"] = {}
            config["routes"][0]["service"] = ("other", "echo")[number % 2]
            running.write(config)
            before = running.get("https://app.localhost/").headers["x-kept"]
            supervisor = ask(running, "status")["supervisor"]["pid"]
            asking = subprocess.Popen(
                [sys.executable, "-m", "ringwall", "reload"],
                cwd=running.folder,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            time.sleep(0.5 + chance.uniform(0, 0.6))
            os.kill(supervisor, signal.SIGKILL)
            asking.wait(30)
            running.wait(lambda: settled(running))
            kept = running.get("https://app.localhost/").headers["x-kept"]
            seen.append("new" if kept == str(number) else "old")
            assert kept in {before, str(number)}
            in_force = running.status()["version"]["number"]
            assert json.loads(running.command("history", "--json").stdout)[-1]["number"] == in_force
            assert reload(running)[0] in {in_force, in_force + 1}
            assert running.get("https://app.localhost/").headers["x-kept"] == str(number)
    running.write(start)
    reload(running)
    with capsys.disabled():
        print(f"\nkilled while changing: {seen}; {load.tally.told()}")
    assert not load.tally.failures, load.tally.told()


def test_a_service_that_crashes_again_and_again_hurts_nobody(tmp_path: Path) -> None:
    config = two_services()
    config["services"]["other"]["process"]["command"] = ["python", "-c", "raise SystemExit(7)"]
    with Stage(tmp_path, config) as stage:
        stage.is_ready = lambda: _up(stage)  # type: ignore[method-assign]
        stage.up()
        before = pids(stage)
        with Load(stage.port, stage.trust(), target=QUICK, pause=0.02) as load:
            stage.wait(lambda: _process(stage, "service-other")["restarts"] >= 3)
        assert not load.tally.failures, load.tally.told()
        assert _process(stage, "service-other")["state"] in {"backoff", "starting", "failed"}
        assert "exited with 7" in _process(stage, "service-other")["last_exit"]
        assert stage.get("https://other.localhost/").status_code == 503
        after = pids(stage)
        for one in (before, after):
            one.pop("service-other", None)
        assert after == before
        # Others are changed while it crashes, and it is ended like the rest.
        stage.config["edge"]["response_headers"] = {"x-kept": "changed"}
        stage.write(stage.config)
        reload(stage)
        assert stage.get("https://app.localhost/").headers["x-kept"] == "changed"


def _up(stage: Stage) -> bool:
    """Whether the edge serves the service that does not crash."""
    if stage.process is not None and stage.process.poll() is not None:
        raise AssertionError(stage.log())
    with contextlib.suppress(ControlError, TimeoutError, httpx.TransportError):
        return set(pids(stage)) >= {"edge", "web", "worker"} and (
            stage.get("https://app.localhost/").status_code == 200
        )
    return False


def _process(stage: Stage, name: str) -> Json:
    found: Json = next(p for p in ask(stage, "status")["processes"] if p["name"] == name)
    return found


def test_after_the_guardian_is_killed_all_goes_on_and_down_ends_it(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        stage.up()
        assert stage.process is not None
        before = pids(stage)
        with Load(stage.port, stage.trust(), target=QUICK, pause=0.02) as load:
            stage.process.kill()
            stage.process.wait()
            stage.wait(lambda: ask(stage, "status")["supervisor"]["guardian"] == "lost")
            time.sleep(0.5)
        assert not load.tally.failures, load.tally.told()
        assert pids(stage) == before
        assert "guardian is gone" in stage.command("status").stdout
        assert reload(stage)[0] == 1
        assert stage.command("down").returncode == 0
        stage.wait(lambda: not stage.left())


def test_up_adopts_what_runs_without_a_supervisor(tmp_path: Path) -> None:
    with Stage(tmp_path, two_services()) as stage:
        stage.up()
        before = everyone(stage)
        with Load(stage.port, stage.trust(), target=QUICK, pause=0.02) as load:
            for name in ("guardian", "supervisor"):
                os.kill(before.pop(name), signal.SIGKILL)
            assert stage.process is not None
            stage.process.wait()
            assert stage.command("status").returncode == 4
            stage.up()
        assert not load.tally.failures, load.tally.told()
        assert load.tally.connections["http1"] == 4
        assert pids(stage) == before
        assert all(one["adopted"] for one in ask(stage, "status")["processes"])


@pytest.mark.alone  # the bound is one of seconds
def test_after_everything_is_killed_up_works_at_once(tmp_path: Path) -> None:
    with Stage(tmp_path, two_services()) as stage:
        began = time.monotonic()
        stage.up()
        first = time.monotonic() - began
        found = list(everyone(stage).values())
        random.shuffle(found)
        # The guardian and the supervisor first would be the only kind order.
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # Who was killed late may have started others meanwhile.
        while left := stage.left():
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        assert stage.process is not None
        stage.process.wait()
        began = time.monotonic()
        stage.up()
        # No lock, socket or port of the dead is waited for; certificates are there already.
        assert time.monotonic() - began < 1.5 * first + 2
        assert stage.get("https://app.localhost/").headers["x-kept"] == "yes"
        assert stage.status()["version"]["number"] == 1
        assert stage.command("down").returncode == 0
        stage.wait(lambda: not stage.left())


@pytest.mark.alone  # the bound is one of seconds
def test_down_lets_requests_in_flight_end(tmp_path: Path) -> None:
    with Stage(tmp_path, two_services()) as stage:
        stage.up()
        before = _asked(stage)
        with Load(
            stage.port,
            stage.trust(),
            target=in_turn(("GET", "/slow/1500", b"")),
            http1=4,
            fresh=0,
            pause=60,
        ) as load:
            # Four clients, and two with three requests each; nobody asks again within a minute.
            stage.wait(lambda: _asked(stage) == before + 10)
            began = time.monotonic()
            assert stage.command("down").returncode == 0
            assert time.monotonic() - began < 8
            load.stop()
        assert load.tally.total == 10
        assert not load.tally.failures, load.tally.told()
        stage.wait(lambda: not stage.left())


def _asked(stage: Stage) -> int:
    """How many requests have come to the edge so far."""
    name = "http.edge.downstream_rq_total"
    return int(stage.gateway().admin("edge").stats(f"^{name}$")[name])


def test_a_second_up_says_who_runs(running: Stage) -> None:
    found = running.command("up", "--no-watch")
    assert found.returncode == 5
    assert str(everyone(running)["supervisor"]) in found.stderr


def test_two_ups_at_once_make_one(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        rivals = [
            subprocess.Popen(
                [sys.executable, "-m", "ringwall", "up", "--no-watch"],
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(3)
        ]
        deadline = time.monotonic() + 30
        while sum(one.poll() is not None for one in rivals) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (stage.process,) = (one for one in rivals if one.poll() is None)
        assert [one.returncode for one in rivals if one.poll() is not None] == [5, 5]
        stage.wait(stage.is_ready)


@pytest.mark.parametrize("key", ["listen", "redirect", "private", "services.echo.addresses"])
def test_a_taken_port_is_one_clear_error(tmp_path: Path, key: str) -> None:
    stage = Stage(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        if key == "services.echo.addresses":
            stage.config["services"]["echo"]["addresses"] = [f"127.0.0.1:{port}"]
        else:
            stage.config["edge"][key] = f"127.0.0.1:{port}"
        stage.write(stage.config)
        found = stage.command("up", "--no-watch")
    assert found.returncode == 1
    name = key if "." in key else f"edge.{key}"
    assert f"{name}: 127.0.0.1:{port} cannot be opened" in found.stderr
    assert not stage.left()


def test_sighup_reloads_where_there_is_no_terminal(running: Stage) -> None:
    start = copy.deepcopy(running.config)
    running.config["edge"]["response_headers"]["x-hung"] = "up"
    running.write(running.config)
    assert running.process is not None
    running.process.send_signal(signal.SIGHUP)
    running.wait(lambda: running.get("https://app.localhost/").headers.get("x-hung"))
    assert running.process.poll() is None
    running.write(start)
    reload(running)


@pytest.mark.alone  # the bound is one of seconds
@pytest.mark.parametrize("how", ["ctrl-c", "closed"])
def test_on_a_terminal_ctrl_c_and_closing_it_end_every_process(tmp_path: Path, how: str) -> None:
    stage = Stage(tmp_path)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execv(sys.executable, [sys.executable, "-m", "ringwall", "up", "--no-watch"])
    shown = b""
    try:
        os.set_blocking(terminal, False)
        deadline = time.monotonic() + 30
        while b"Ctrl-C" not in shown or not stage.is_ready():
            assert time.monotonic() < deadline, shown.decode()
            with contextlib.suppress(BlockingIOError):
                shown += os.read(terminal, 65536)
            time.sleep(0.05)
        began = time.monotonic()
        if how == "ctrl-c":
            os.write(terminal, b"\x03")
        else:
            os.close(terminal)
            terminal = -1
        status = None
        while status is None:
            assert time.monotonic() - began < 6, stage.left()
            if terminal >= 0:
                with contextlib.suppress(BlockingIOError, OSError):
                    os.read(terminal, 65536)
            pid, raw = os.waitpid(child, os.WNOHANG)
            status = raw if pid else None
            time.sleep(0.02)
        assert os.waitstatus_to_exitcode(status) == 0
        assert not stage.left()
    finally:
        if terminal >= 0:
            os.close(terminal)
        for pid in stage.left():
            os.kill(pid, signal.SIGKILL)
