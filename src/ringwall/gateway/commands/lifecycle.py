"""Start, watch, change and stop: ``up``, ``status``, ``reload``, ``down``."""

import getpass
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ringwall.gateway.commands.asking import ask, print_refusal
from ringwall.gateway.opening import open_gateway
from ringwall.gateway.status import GatewayStatus, gateway_status
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.processes.calls import NotRunningError, call_sync
from ringwall.runtime.processes.guardian import exec_guarded
from ringwall.runtime.refusals import ExitCode, Refused

_PATIENCE = 60.0


@command()
def up(
    context: typer.Context,
    *,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Start in the background and return.")
    ] = False,
    watch: Annotated[
        bool, typer.Option(help="Apply the configuration whenever its files change.")
    ] = True,
    last_good: Annotated[
        bool,
        typer.Option(
            "--last-good",
            help="When the files are invalid, start with the version applied last.",
        ),
    ] = False,
) -> None:
    """Start the edge, its sidecars and all declared processes, and keep them running."""
    installation = installation_of(context)
    try:
        installation.load()
    except (ConfigurationError, Refused):
        if not last_good or open_gateway(installation).versions.latest() is None:
            raise
    running = _pid(installation.control)
    if running is not None:
        msg = f"Ringwall runs already (process {running})"
        hint = "`ringwall reload` applies changes, `ringwall down` stops it"
        raise Refused(msg, hint=hint, code=ExitCode.ALREADY_RUNNING)
    flags = ["--watch" if watch else "--no-watch", *(["--last-good"] if last_good else [])]
    argv = [sys.executable, "-m", "ringwall", "process", "supervisor", *flags]
    os.environ.update(installation.environment())
    if not detach:
        sys.stdout.flush()
        exec_guarded(argv)
    _detach(argv, installation.state / "ringwall.log")
    _await_start(installation.control, installation.state / "ringwall.log")
    say("Ringwall runs in the background: `ringwall status` tells how, `ringwall down` ends it")


@command()
def status(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Tell what runs: processes, listeners, certificates, upstream health, version."""
    installation = installation_of(context)
    run = ask(installation, "status")
    gateway = gateway_status(open_gateway(installation), now=datetime.now(UTC))
    if as_json:
        print_json({**run, **gateway.to_json()})
        return
    _print_processes(run)
    _print_gateway(gateway)
    if run["refused"]:
        say("")
        say(f"The files were refused, what runs is older: {run['refused']['reason']}", style="red")


@command()
def reload(
    context: typer.Context,
    *,
    as_json: AsJson = False,
) -> None:
    """Apply the configuration as the files are now; an invalid one changes nothing."""
    answer = ask(installation_of(context), "reload", author=getpass.getuser())
    if as_json:
        print_json(answer)
    if "refused" in answer:
        print_refusal(answer["refused"], quiet=as_json)
    elif not as_json:
        say(f"version {answer['version']['number']} is in force", style="green")


@command()
def down(context: typer.Context) -> None:
    """Let requests finish and stop everything."""
    installation = installation_of(context)
    answer = ask(installation, "down")
    deadline = time.monotonic() + _PATIENCE
    while Path(f"/proc/{answer['pid']}").exists():
        if time.monotonic() > deadline:
            msg = f"process {answer['pid']} has not ended within {_PATIENCE:.0f} s"
            raise Refused(msg, hint=f"see its log; `kill {answer['pid']}` asks once more")
        time.sleep(0.05)
    say("Ringwall has stopped")


def _pid(control: Path) -> int | None:
    try:
        answer = call_sync(control, "status", timeout=5)
    except NotRunningError:
        return None
    return int(answer["supervisor"]["pid"]) if isinstance(answer, dict) else None


def _detach(argv: list[str], log: Path) -> None:
    """Double fork, so that the guardian belongs to no terminal."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.fork():
        os.wait()
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, null), (1, descriptor), (2, descriptor)):
        os.dup2(source, target)
    exec_guarded(argv)


def _await_start(control: Path, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if _pid(control) is not None:
            return
        time.sleep(0.1)
    msg = f"Ringwall has not started within {_PATIENCE:.0f} s"
    raise Refused(msg, hint=f"its log is {log}")


def _print_processes(run: dict[str, Any]) -> None:
    print_table(
        ("process", "state", "pid", "memory", "restarts", "last exit"),
        [
            (
                one["name"],
                Text(one["state"], style="green" if one["state"] == "ready" else "red"),
                one["pid"] or "",
                f"{one['resident_bytes'] / 1e6:.0f} MB",
                one["restarts"] or "",
                one["last_exit"] or "",
            )
            for one in run["processes"]
        ],
        empty="no process runs",
    )


def _print_gateway(found: GatewayStatus) -> None:
    say("")
    print_table(
        ("listener", "of", "address"),
        [(one.name, one.proxy, one.address) for one in found.listeners],
        empty="no listener is open",
    )
    say("")
    print_table(
        ("upstream", "seen by", "address", "health"),
        [
            (
                one.service,
                one.proxy,
                one.address,
                Text(
                    "healthy" if one.healthy else ", ".join(one.reasons),
                    style="green" if one.healthy else "red",
                ),
            )
            for one in found.upstreams
        ],
        empty="no upstream",
    )
    say("")
    print_table(
        ("certificate", "from", "days left", ""),
        [
            (one.name, one.source, f"{one.days_left:.1f}", one.judgment)
            for one in found.certificates
        ],
        empty="no certificate",
    )
    for proxy in found.unknown:
        say(f"{proxy} does not answer: its listeners and upstreams are unknown", style="red")
    if found.version is not None:
        version = found.version
        say("")
        say(
            f"configuration version {version.number}, {version.hash[:12]}, "
            f"applied {version.time:%Y-%m-%d %H:%M:%S} UTC by {version.author} ({version.reason})"
        )
