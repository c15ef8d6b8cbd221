"""Real children, a real supervisor to kill, and the check that nothing is left behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ringwall.runtime.processes import ending, guardian, kernel
from ringwall.runtime.processes.calls import ControlError, call_sync
from ringwall.runtime.processes.logs.records import LogRecord
from ringwall.runtime.processes.spec import ProcessSpec

STAGE = Path(__file__).with_name("stage.py")
SOURCES = Path(guardian.__file__).parents[3]
PYTHON = (sys.executable, "-I", "-S")

T = TypeVar("T")


def wait_until(look: Callable[[], T], within: float = 10.0) -> T:
    """The first true answer of ``look``, within so many seconds."""
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"it stayed {seen!r} for {within} s"
        time.sleep(0.01)
    return seen


def is_alive(pid: int) -> bool:
    facts = kernel.facts_of(pid)
    return facts is not None and not facts.dead


def make_spec(name: str, body: str, **fields: Any) -> ProcessSpec:
    fields.setdefault("cwd", Path("/"))
    fields.setdefault("environment", {})
    return ProcessSpec(name=name, argv=(*PYTHON, "-c", body), **fields)


class Book:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []

    def emit(self, record: LogRecord) -> None:
        self.records.append(record)

    def close(self) -> None:
        pass

    def of(self, process: str) -> list[str]:
        return [each.line.message for each in self.records if each.process == process]


@dataclass
class Stage:
    """``stage.py`` with its processes, alone or under the guardian."""

    run_dir: Path
    parts: list[dict[str, Any]] = field(default_factory=list)
    started: "subprocess.Popen[bytes] | None" = None

    @property
    def play(self) -> Path:
        return self.run_dir.parent / "play.json"

    @property
    def log(self) -> Path:
        return self.run_dir.parent / "stage.log"

    @property
    def supervisor_argv(self) -> list[str]:
        return [sys.executable, str(STAGE), str(self.run_dir), str(self.play)]

    @property
    def guarded_argv(self) -> list[str]:
        return [*PYTHON, guardian.__file__, *self.supervisor_argv]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(SOURCES)}

    def add(self, name: str, body: str, **fields: Any) -> None:
        self.parts.append({"name": name, "argv": [*PYTHON, "-c", body], **fields})
        self.write_play()

    def write_play(self) -> None:
        self.play.write_text(json.dumps(self.parts))

    def start(self, *, guarded: bool) -> None:
        argv = self.guarded_argv if guarded else self.supervisor_argv
        with self.log.open("ab") as log:
            self.started = subprocess.Popen(
                argv,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(self.all_ready)

    def finish(self, within: float = 15.0) -> int:
        assert self.started is not None
        self.started.terminate()
        return self.started.wait(within)

    def call(self, name: str) -> Any:
        return call_sync(self.run_dir / "control.sock", name, timeout=10.0)

    def status(self) -> dict[str, dict[str, Any]]:
        try:
            return {each["name"]: each for each in self.call("status")}
        except (ControlError, TimeoutError):
            return {}

    def pids(self) -> dict[str, int | None]:
        return {name: each["pid"] for name, each in self.status().items()}

    def all_ready(self) -> bool:
        status = self.status()
        return len(status) == len(self.parts) and all(
            each["state"] == "ready" for each in status.values()
        )

    def supervisor_pid(self) -> int:
        pid = self.call("guardian")["pid"]
        assert isinstance(pid, int)
        return pid


def left_behind(run_dir: Path) -> tuple[int, ...]:
    return tuple(facts.identity.pid for facts in ending.strays(run_dir, frozenset()))


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A run folder with a short path, below which nothing may be left running."""
    base = Path(tempfile.mkdtemp(prefix="rw-"))
    yield base / "run"
    left = left_behind(base / "run")
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(base)
    assert left == ()


@pytest.fixture
def stage(run_dir: Path) -> Iterator[Stage]:
    """A play without parts yet, whose supervisor and guardian are gone after the test."""
    made = Stage(run_dir)
    made.write_play()
    yield made
    try:
        supervisor = made.supervisor_pid()
        os.kill(supervisor, signal.SIGTERM)
        wait_until(lambda: not is_alive(supervisor))
    except ControlError:
        pass
    if made.started is not None:
        made.started.terminate()
        made.started.wait(15)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def spec() -> Callable[..., ProcessSpec]:
    return make_spec


@pytest.fixture
def eventually() -> Callable[..., Any]:
    return wait_until


@pytest.fixture
def alive() -> Callable[[int], bool]:
    return is_alive


@pytest.fixture
def left() -> Callable[[Path], tuple[int, ...]]:
    return left_behind
