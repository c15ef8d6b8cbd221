"""``up --detach``: leave the terminal, wait until all is ready, tell why if it is not."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from ringwall.gateway.versions import Version
from ringwall.gateway.welcome import welcome
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import say
from ringwall.runtime.processes.calls import ControlError, NotRunningError, call_sync
from ringwall.runtime.processes.guardian import exec_guarded
from ringwall.runtime.refusals import ExitCode, Refused

_SHOWN = 5


def start(argv: list[str], installation: Installation, *, patience: float) -> None:
    """Run ``argv`` guarded in the background and return once everything essential is ready.

    ``Refused`` when it ends instead, with what it said last, or when ``patience`` (seconds) is
    over, in which case it goes on being tried.
    """
    log = installation.state / "ringwall.log"
    size = log.stat().st_size if log.exists() else 0
    guardian = _detach(argv, log)
    missing = _await(guardian, installation, log, size, patience=patience)
    _announce(installation)
    for name in missing:
        say(f"{name} is not ready yet: `ringwall status` tells more", style="yellow")
    say(f"It runs in the background and logs to {log}; `ringwall down` ends it.")


def _detach(argv: list[str], log: Path) -> int:  # noqa: RET503 - the child becomes another
    """Fork twice, so that the guardian belongs to no terminal; return its process id."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sys.stdout.flush()
    receiving, sending = os.pipe()
    if child := os.fork():
        os.close(sending)
        with os.fdopen(receiving, "rb") as told:
            pid = int(told.read())
        os.waitpid(child, 0)
        return pid
    os.setsid()
    if pid := os.fork():
        os.write(sending, str(pid).encode())
        os._exit(0)
    os.close(sending)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, descriptor), (2, descriptor)):
        os.dup2(source, target)
    exec_guarded(argv)


def _await(
    guardian: int, installation: Installation, log: Path, size: int, *, patience: float
) -> tuple[str, ...]:
    """Wait for readiness; return the processes that nobody has to wait for and are not ready."""
    deadline = time.monotonic() + patience
    shown: set[str] = set()
    while time.monotonic() < deadline:
        if not _lives(guardian):
            raise _ended(log, size)
        processes = _processes(installation.control)
        for one in processes:
            if one["state"] == "ready" and one["name"] not in shown:
                shown.add(one["name"])
                if sys.stdout.isatty():
                    say(f"  {one['name']} is ready", style="dim")
        if processes and all(one["state"] == "ready" for one in processes if one["essential"]):
            return tuple(one["name"] for one in processes if one["state"] != "ready")
        time.sleep(0.1)
    msg = f"Ringwall is not ready after {patience:.0f} s and goes on trying"
    raise Refused(msg, hint=f"`ringwall status` tells more; its log is {log}")


def _lives(pid: int) -> bool:
    try:
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False


def _processes(control: Path) -> list[dict[str, Any]]:
    try:
        answer = call_sync(control, "status", timeout=5)
    except (NotRunningError, ControlError, TimeoutError):
        return []  # not yet
    return list(answer["processes"]) if isinstance(answer, dict) else []


def _ended(log: Path, size: int) -> Refused:
    """The refusal that repeats what the supervisor said on its way out."""
    with log.open("rb") as file:
        file.seek(size)
        lines = file.read().decode("utf-8", "backslashreplace").splitlines()
    said = [text for line in lines if (text := _sentence(line))]
    reason = "\n".join(said[-_SHOWN:]) or "it said nothing"
    return Refused(f"Ringwall did not start: {reason}", hint=f"its log is {log}")


def _sentence(line: str) -> str:
    """What a line of the log says, if it tells of trouble."""
    try:
        record = json.loads(line)
    except ValueError:
        return line.removeprefix("error: ")
    if not isinstance(record, dict) or record.get("level") not in {"error", "critical"}:
        return ""
    return str(record.get("message", ""))


def _announce(installation: Installation) -> None:
    from ringwall.gateway.opening import open_gateway

    version: Version | None = open_gateway(installation).versions.latest()
    if version is None:
        msg = "no version is in force"
        raise Refused(msg, code=ExitCode.FAILED)
    welcome(installation, version, detached=True)
