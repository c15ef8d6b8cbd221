"""Ask a running stage over its control socket, without the time a command takes to start."""

import time

from tests.gateway.live.stage import Json, Stage

from ringwall.gateway.service import Gateway
from ringwall.runtime.processes.calls import ControlError


def ask(stage: Stage, name: str, **arguments: object) -> Json:
    """One call; the answer is an object."""
    return stage.ask(name, **arguments)


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
    status = stage.gateway_status()
    ready = all(one["state"] == "ready" for one in found["processes"])
    return ready and not status.unknown and all(one.healthy for one in status.upstreams)


def gateway_of(stage: Stage) -> Gateway:
    """The stage's gateway, in this process."""
    return stage.gateway()


def pids(stage: Stage) -> dict[str, int]:
    """The process id of every supervised process that runs."""
    found = ask(stage, "status")["processes"]
    return {one["name"]: one["pid"] for one in found if one["pid"]}
