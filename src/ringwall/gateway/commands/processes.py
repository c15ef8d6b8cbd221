"""The processes themselves, started by the supervisor and by ``ringwall up``; not for people."""

import logging
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.versions import Version
    from ringwall.runtime.installation import Installation


@command(hidden=True)
def process(
    context: typer.Context,
    name: Annotated[str, typer.Argument()],
    *,
    watch: bool = True,
    last_good: Annotated[bool, typer.Option("--last-good")] = False,
    hangup_ends: Annotated[bool, typer.Option("--hangup-ends")] = False,
) -> None:
    """Be one of Ringwall's own processes."""
    from ringwall.gateway.processes import CALLOUTS, REVOCATIONS, WEB, WORKER

    installation = installation_of(context)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    logging.getLogger("huey").setLevel(logging.WARNING)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    if name == "supervisor":
        import asyncio

        asyncio.run(
            _supervise(installation, watch=watch, last_good=last_good, hangup_ends=hangup_ends)
        )
    elif name == WEB:
        _serve_web(installation)
    elif name == WORKER:
        from ringwall.runtime.worker import serve

        serve(installation)
    elif name == CALLOUTS:
        from ringwall.gateway.callouts import serve as serve_callouts

        serve_callouts(installation)
    elif name == REVOCATIONS:
        from ringwall.gateway.catching_up import tell_once

        tell_once(installation)
    else:
        msg = f"there is no process {name}"
        raise Refused(
            msg,
            hint=f"supervisor, {WEB}, {WORKER}, {CALLOUTS} or {REVOCATIONS}",
            code=ExitCode.USAGE,
        )


def _serve_web(installation: "Installation") -> None:
    from ringwall.gateway.confined import confine_web
    from ringwall.gateway.opening import layout_of
    from ringwall.gateway.processes import PRIVATE_VARIABLE
    from ringwall.runtime.configuration import Address
    from ringwall.runtime.web import Doors, serve

    private = os.environ.get(PRIVATE_VARIABLE)
    if private is None:
        msg = f"{PRIVATE_VARIABLE} is not set"
        raise Refused(msg, hint="`ringwall up` sets it and starts this process itself")
    doors = Doors.bound(public=layout_of(installation).web, private=Address.parse(private))
    confine_web(installation)
    serve(doors)


async def _supervise(
    installation: "Installation", *, watch: bool, last_good: bool, hangup_ends: bool
) -> None:
    from ringwall.gateway.ports import PortTakenError
    from ringwall.gateway.refusing import REFUSALS
    from ringwall.gateway.running import Run
    from ringwall.gateway.welcome import welcome
    from ringwall.runtime.configuration import ConfigurationError
    from ringwall.runtime.processes.lock import AlreadyRunningError
    from ringwall.runtime.processes.logs.sinks import open_sink

    sink = open_sink()
    run = Run(installation, sink=sink, watch=watch, hangup_ends=hangup_ends)

    def announce(version: "Version") -> None:
        if os.isatty(1):
            welcome(installation, version)

    try:
        await run.serve(run.choose(last_good=last_good), announce=announce)
    except AlreadyRunningError as error:
        raise Refused(str(error), code=ExitCode.ALREADY_RUNNING) from error
    except (ConfigurationError, Refused):
        raise
    except PortTakenError as error:
        raise Refused(str(error)) from error
    except REFUSALS as error:
        raise Refused(str(error), code=ExitCode.CONFIGURATION) from error
    finally:
        sink.close()
