"""What the service survives: the death of anything, at any time."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ringwall.runtime.processes.kernel import process_table

pytestmark = pytest.mark.e2e

SLEEP = "import time; time.sleep(600)"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("told").touch())
signal.signal(signal.SIGINT, signal.SIG_IGN)
pathlib.Path({ready!r}).touch()
time.sleep(600)
"""


def test_children_do_not_notice_that_the_supervisor_is_killed(
    stage: Any, eventually: Callable[..., Any], alive: Callable[[int], bool]
) -> None:
    stage.add("one", SLEEP)
    stage.add("two", SLEEP, after=["one"])
    stage.start(guarded=True)
    before = stage.pids()
    killed = stage.supervisor_pid()

    os.kill(killed, signal.SIGKILL)
    fell = time.monotonic()
    eventually(lambda: stage.all_ready() and stage.supervisor_pid() != killed)
    assert time.monotonic() - fell < 2
    assert stage.pids() == before
    assert all(each["adopted"] for each in stage.status().values())

    os.kill(before["two"], signal.SIGKILL)
    fell = time.monotonic()
    eventually(lambda: stage.pids()["two"] not in {None, before["two"]})
    assert time.monotonic() - fell < 2
    status = stage.status()
    assert status["two"]["restarts"] == 1
    assert not status["two"]["adopted"]
    assert status["one"]["pid"] == before["one"]

    assert stage.finish() == 0
    assert not any(alive(pid) for pid in before.values())


def test_a_supervisor_killed_again_and_again_keeps_the_children(
    stage: Any, eventually: Callable[..., Any]
) -> None:
    stage.add("one", SLEEP)
    stage.start(guarded=True)
    before = stage.pids()
    for _ in range(3):
        killed = stage.supervisor_pid()
        os.kill(killed, signal.SIGKILL)
        eventually(lambda: stage.all_ready() and stage.supervisor_pid() != killed)  # noqa: B023
        assert stage.pids() == before
    assert stage.finish() == 0


def test_the_service_goes_on_when_the_guardian_is_killed(
    stage: Any, eventually: Callable[..., Any], alive: Callable[[int], bool]
) -> None:
    stage.add("one", SLEEP)
    stage.start(guarded=True)
    assert stage.call("guardian")["state"] == "present"
    before = stage.pids()

    stage.started.kill()
    stage.started.wait()
    eventually(lambda: stage.call("guardian")["state"] == "lost")
    assert stage.pids() == before
    os.kill(before["one"], signal.SIGKILL)
    eventually(lambda: stage.pids()["one"] not in {None, before["one"]})

    supervisor = stage.supervisor_pid()
    os.kill(supervisor, signal.SIGTERM)
    eventually(lambda: not alive(supervisor))
    assert "the guardian was killed" in stage.log.read_text()


def test_killed_while_stopping_it_comes_back_to_finish(
    stage: Any, eventually: Callable[..., Any], left: Callable[..., Any]
) -> None:
    ready = stage.run_dir.parent / "ready"
    stage.add("stubborn", STUBBORN.format(ready=str(ready)), ready=str(ready), grace=4.0)
    stage.start(guarded=True)
    pid = stage.pids()["stubborn"]
    supervisor = stage.supervisor_pid()

    stage.started.terminate()
    eventually((stage.run_dir.parent / "told").exists)
    os.kill(supervisor, signal.SIGKILL)
    assert stage.started.wait(30) == 0
    assert pid not in left(stage.run_dir)
    assert left(stage.run_dir) == ()


def test_a_child_whose_start_was_never_written_down_is_ended(
    stage: Any, eventually: Callable[..., Any], alive: Callable[[int], bool]
) -> None:
    stage.add("one", SLEEP)
    stage.start(guarded=False)
    forgotten = stage.pids()["one"]
    stage.started.kill()
    stage.started.wait()
    (stage.run_dir / "state.json").write_text('{"version": 1, "boot": "tor')

    stage.start(guarded=False)
    assert stage.pids()["one"] != forgotten
    assert not alive(forgotten)
    assert "is ignored" in stage.log.read_text()


def test_killed_at_any_moment_nothing_runs_twice_and_nothing_is_missing(
    stage: Any, left: Callable[..., Any]
) -> None:
    for name in ("one", "two", "three", "four"):
        stage.add(name, SLEEP, after=[stage.parts[-1]["name"]] if stage.parts else [])
    # From before the lock is taken to after everything runs.
    for delay in (0.05, 0.08, 0.1, 0.12, 0.13, 0.14, 0.15, 0.17, 0.2, 0.3):
        argv = stage.supervisor_argv
        with subprocess.Popen(argv, env=stage.environment, stdout=subprocess.DEVNULL) as killed:
            time.sleep(delay)
            killed.kill()
        assert len(left(stage.run_dir)) <= 4
    stage.start(guarded=False)
    assert sorted(stage.pids().values()) == sorted(left(stage.run_dir))
    assert len(left(stage.run_dir)) == 4


def test_a_reused_pid_is_never_touched(stage: Any, alive: Callable[[int], bool]) -> None:
    stage.add("one", SLEEP)
    stage.start(guarded=False)
    stage.started.kill()
    stage.started.wait()
    abandoned = json.loads((stage.run_dir / "state.json").read_text())
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as stranger:
        try:
            child = abandoned["processes"][0]
            os.kill(child["pid"], signal.SIGKILL)
            # As if the kernel had given the child's pid to a stranger.
            child["pid"] = stranger.pid
            (stage.run_dir / "state.json").write_text(json.dumps(abandoned))
            stage.start(guarded=False)
            assert stage.pids()["one"] != stranger.pid
            assert not stage.status()["one"]["adopted"]
            assert stage.finish() == 0
            assert alive(stranger.pid)
        finally:
            stranger.kill()


def test_a_changed_specification_is_not_adopted(stage: Any, alive: Callable[[int], bool]) -> None:
    stage.add("same", SLEEP)
    stage.add("other", SLEEP)
    stage.add("leaving", SLEEP)
    stage.start(guarded=False)
    before = stage.pids()
    stage.started.kill()
    stage.started.wait()

    stage.parts[1]["argv"][-1] = SLEEP + " # changed"
    del stage.parts[2]
    stage.write_play()
    stage.start(guarded=False)
    after = stage.pids()
    assert after["same"] == before["same"]
    assert after["other"] != before["other"]
    assert set(after) == {"same", "other"}
    assert not alive(before["other"])
    assert not alive(before["leaving"])


def test_a_second_instance_says_who_is_first(stage: Any) -> None:
    stage.add("one", SLEEP)
    stage.start(guarded=False)
    before = stage.pids()
    second = subprocess.run(stage.guarded_argv, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"process {stage.supervisor_pid()}" in second.stderr
    assert stage.pids() == before


def test_output_goes_on_where_the_killed_supervisor_stopped(
    stage: Any, eventually: Callable[..., Any]
) -> None:
    body = (
        "import time, sys\n"
        "for n in range(100000): print('tick', n, flush=True); time.sleep(0.005)\n"
    )
    stage.add("clock", body)
    stage.start(guarded=True)

    def ticks() -> list[int]:
        whole, _, _ = stage.log.read_text().rpartition("\n")  # of the last a part may be written
        lines = [json.loads(each) for each in whole.splitlines()]
        said = [each["message"] for each in lines if each["process"] == "clock"]
        return [int(each.removeprefix("tick ")) for each in said]

    eventually(lambda: len(ticks()) > 50)
    killed = stage.supervisor_pid()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: stage.all_ready() and stage.supervisor_pid() != killed)
    seen = len(ticks())
    eventually(lambda: len(ticks()) > seen + 50)
    assert stage.finish() == 0
    numbers = ticks()
    # What was read but not yet shown at the moment of death may be missing, nothing else.
    assert numbers == sorted(set(numbers))
    assert numbers[-1] - numbers[0] + 1 - len(numbers) <= 60


class Terminal:
    """The guarded stage as the foreground job of a pseudo-terminal."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.pid = 0
        self.master = -1

    def open(self) -> None:
        # A shell's job: session leader with a controlling terminal.
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            argv = self._stage.guarded_argv
            os.execve(argv[0], argv, self._stage.environment)

    def press_ctrl_c(self) -> None:
        os.write(self.master, b"\x03")

    def wait(self) -> int:
        with contextlib.suppress(OSError):  # EIO: nobody holds the other end any more
            while os.read(self.master, 65536):
                pass
        pid, self.pid = self.pid, 0
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.master >= 0:
            os.close(self.master)


@pytest.fixture
def terminal(stage: Any) -> Iterator[Terminal]:
    made = Terminal(stage)
    yield made
    made.close()


def test_ctrl_c_ends_everything_once(
    stage: Any, terminal: Terminal, eventually: Callable[..., Any], alive: Callable[[int], bool]
) -> None:
    # It would say so if the terminal's SIGINT reached it.
    body = (
        "import signal, time\n"
        "signal.signal(signal.SIGINT, lambda *_: open('interrupted', 'w'))\n"
        "time.sleep(600)"
    )
    stage.add("one", body)
    terminal.open()
    eventually(stage.all_ready)
    pids = [*stage.pids().values(), stage.supervisor_pid()]
    terminal.press_ctrl_c()
    began = time.monotonic()
    assert terminal.wait() == 0
    assert time.monotonic() - began < 3
    assert not any(alive(pid) for pid in pids)
    assert not (stage.run_dir.parent / "interrupted").exists()


def test_a_second_ctrl_c_ends_faster(
    stage: Any, terminal: Terminal, eventually: Callable[..., Any], alive: Callable[[int], bool]
) -> None:
    ready = stage.run_dir.parent / "ready"
    stage.add("stubborn", STUBBORN.format(ready=str(ready)), ready=str(ready), grace=60.0)
    terminal.open()
    eventually(stage.all_ready)
    pid = stage.pids()["stubborn"]
    terminal.press_ctrl_c()
    # Two at once would be one.
    eventually((stage.run_dir.parent / "told").exists)
    assert alive(pid)
    terminal.press_ctrl_c()
    began = time.monotonic()
    assert terminal.wait() == 0
    assert time.monotonic() - began < 2
    assert not alive(pid)


def test_ctrl_c_while_starting_is_kept_until_it_can_be_obeyed(
    stage: Any, terminal: Terminal, eventually: Callable[..., Any]
) -> None:
    stage.add("one", SLEEP)
    terminal.open()
    eventually(lambda: [f for f in process_table().values() if f.parent == terminal.pid])
    terminal.press_ctrl_c()
    assert terminal.wait() == 0
