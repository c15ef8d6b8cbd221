"""Ask a running stage over its control socket, without the time a command takes to start."""

import time
from typing import Any

from tests.gateway.live.stage import Json, Stage

from ringwall.runtime.processes.calls import call_sync
from ringwall.runtime.processes.paths import run_dir_for


def ask(stage: Stage, name: str, **arguments: object) -> Json:
    """One call; the answer is an object."""
    control = run_dir_for(stage.state) / "control.sock"
    answer: Any = call_sync(control, name, timeout=60, **arguments)
    assert isinstance(answer, dict)
    return answer


def reload(stage: Stage) -> tuple[int, float]:
    """Apply the files; the version's number and the seconds it took. A refusal fails the test."""
    began = time.monotonic()
    answer = ask(stage, "reload", author="tests")
    assert "refused" not in answer, f"{answer['refused']}\n{stage.log()}"
    number: int = answer["version"]["number"]
    return number, time.monotonic() - began


def refused(stage: Stage) -> str:
    """Apply the files, which must be refused; the reason."""
    answer = ask(stage, "reload", author="tests")
    assert "refused" in answer, answer
    reason: str = answer["refused"]["reason"]
    return reason


def pids(stage: Stage) -> dict[str, int]:
    """The process id of every supervised process that runs."""
    found = ask(stage, "status")["processes"]
    return {one["name"]: one["pid"] for one in found if one["pid"]}
