"""Start, change and stop: ``up``, ``reload``, ``down``."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from ringwall.gateway.commands.asking import ask, print_refusal, print_warnings
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import Installation, author
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.processes.calls import NotRunningError, call_sync
from ringwall.runtime.processes.kernel import facts_of, is_alive
from ringwall.runtime.refusals import ExitCode, Refused

PANEL: Final = "Running"
_PATIENCE: Final = 60.0


@command(panel=PANEL, does="processes:operate", becomes=True)
def up(
    context: typer.Context,
    *,
    detach: Annotated[
        bool,
        typer.Option("--detach", "-d", help="Start in the background, and return when ready."),
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
    """Start everything and keep it running.

    The edge, its sidecars and all declared processes; what dies is started again. On a terminal
    Ctrl-C, or closing it, ends everything. Elsewhere the log is JSON, one record a line, and
    SIGHUP means `reload`.
    """
    installation = installation_of(context)
    running = _pid(installation.control)
    if running is not None:
        msg = f"Ringwall runs already (process {running})"
        hint = "`ringwall reload` applies changes, `ringwall down` stops it"
        raise Refused(msg, hint=hint, code=ExitCode.ALREADY_RUNNING)
    if detach:  # where the supervisor's own refusal would be read out of its log
        _require_configuration(installation, last_good=last_good)
    flags = ["--watch" if watch else "--no-watch", *(["--last-good"] if last_good else [])]
    if not detach and _has_terminal():
        flags.append("--hangup-ends")
    from ringwall.gateway.own_processes import SUPERVISOR, program

    argv = [*program(SUPERVISOR), *flags]
    os.environ.update(installation.environment())
    if detach:
        from ringwall.gateway.commands.detaching import start

        start(argv, installation, patience=_PATIENCE)
        return
    from ringwall.runtime.processes.guardian import exec_guarded

    sys.stdout.flush()
    exec_guarded(argv)


@command(panel=PANEL, does="configuration:apply")
def reload(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Apply the files as they are now.

    No connection is dropped. An invalid configuration is refused whole and changes nothing.
    """
    answer = ask(installation_of(context), "reload", author=author())
    if as_json:
        print_json(answer)
    if "refused" in answer:
        print_refusal(answer["refused"], quiet=as_json)
    elif not as_json:
        print_warnings(answer)
        say(f"version {answer['version']['number']} is in force", style="green")


@command(panel=PANEL, does="processes:operate")
def down(context: typer.Context) -> None:
    """Let requests finish and stop everything."""
    told = ask(installation_of(context), "down")
    # It ends last, and has what is killed meanwhile finish.
    pid = int(told.get("guardian") or told["pid"])
    found, deadline = facts_of(pid), time.monotonic() + _PATIENCE
    while found is not None and is_alive(found.identity):
        if time.monotonic() > deadline:
            msg = f"process {pid} has not ended within {_PATIENCE:.0f} s"
            raise Refused(msg, hint=f"see its log; `kill {pid}` asks once more")
        time.sleep(0.05)
    say("Ringwall has stopped")


def _pid(control: Path) -> int | None:
    try:
        answer = call_sync(control, "status", timeout=5)
    except NotRunningError:
        return None
    return int(answer["supervisor"]["pid"]) if isinstance(answer, dict) else None


def _has_terminal() -> bool:
    """Whether there is a terminal to be closed under us; nohup(1) says that it does not count."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return False
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True


def _require_configuration(installation: Installation, *, last_good: bool) -> None:
    """Refuse before anything is started; the supervisor judges the files once more."""
    from ringwall.gateway.opening import open_gateway
    from ringwall.runtime.configuration import ConfigurationError

    try:
        installation.load()
    except (ConfigurationError, Refused):
        if not last_good or open_gateway(installation).in_force() is None:
            raise
