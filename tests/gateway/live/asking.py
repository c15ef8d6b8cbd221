"""Ask a running stage over its control socket, without the time a command takes to start."""

import time
from datetime import UTC, datetime
from typing import Any

from tests.gateway.live.stage import Json, Stage

from ringwall.gateway.opening import open_gateway
from ringwall.gateway.service import Gateway
from ringwall.gateway.status import gateway_status
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.processes.calls import ControlError, call_sync
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


def settled(stage: Stage) -> bool:
    """Whether all processes are ready and all upstreams healthy, as far as anyone answers."""
    try:
        found = ask(stage, "status")
    except (ControlError, TimeoutError):
        return False
    status = gateway_status(gateway_of(stage), now=datetime.now(UTC))
    ready = all(one["state"] == "ready" for one in found["processes"])
    return ready and not status.unknown and all(one.healthy for one in status.upstreams)


def gateway_of(stage: Stage) -> Gateway:
    """The stage's gateway, in this process."""
    return open_gateway(find(all_sections, config=stage.file, state=stage.state))


def pids(stage: Stage) -> dict[str, int]:
    """The process id of every supervised process that runs."""
    found = ask(stage, "status")["processes"]
    return {one["name"]: one["pid"] for one in found if one["pid"]}
