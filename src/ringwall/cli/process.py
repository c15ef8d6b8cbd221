"""Ringwall's own processes: ``python -m ringwall.cli.process NAME``; started by Ringwall itself.

They are no commands, so that none of them loads the code of all commands, which takes memory for as
long as it runs and half a second of each start. How they fail is told as commands tell it.
"""

import gc
import logging
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from ringwall.cli.streams import ready_streams
from ringwall.gateway.own_processes import (
    CALLOUTS,
    PRIVATE_VARIABLE,
    REVOCATIONS,
    SUPERVISOR,
    WEB,
    WORKER,
)
from ringwall.runtime.current import current_installation
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.gateway.versions import Version
    from ringwall.runtime.installation import Installation

_SELDOM: Final = 50_000
"""Objects that come before garbage is looked for: most are of what is imported, and stay."""
_QUIET: Final = ("huey", "uvicorn", "watchfiles")


def main() -> NoReturn:
    """Be the process that the arguments name, until it is told to end."""
    gc.set_threshold(_SELDOM, 10, 10)
    ready_streams()
    try:
        be(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:
        from ringwall.cli.failures import failure_of

        failure = failure_of(error)
        if failure is None:
            raise
        failure.tell(as_json=False)
        sys.exit(failure.code)
    sys.exit(ExitCode.OK)


def be(name: str = "", *flags: str) -> None:
    """Be one of them, of the installation that the environment names.

    ``flags`` are of the supervisor: ``--no-watch``, ``--last-good`` and ``--hangup-ends``.
    """
    installation = current_installation()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    for quiet in _QUIET:
        logging.getLogger(quiet).setLevel(logging.WARNING)
    match name:
        case "supervisor":
            import asyncio

            asyncio.run(_supervise(installation, frozenset(flags)))
        case "web":
            _serve_web(installation)
        case "worker":
            from ringwall.runtime.worker import serve

            serve(installation)
        case "callouts":
            from ringwall.gateway.callouts import serve as answer

            answer(installation)
        case "revocations":
            from ringwall.gateway.catching_up import tell_once

            tell_once(installation)
        case _:
            msg = f"there is no process {name}"
            hint = f"{SUPERVISOR}, {WEB}, {WORKER}, {CALLOUTS} or {REVOCATIONS}"
            raise Refused(msg, hint=hint, code=ExitCode.USAGE)


def _serve_web(installation: "Installation") -> None:
    from ringwall.gateway.confined import confine_web
    from ringwall.gateway.opening import layout_of
    from ringwall.runtime.configuration import Address
    from ringwall.runtime.web import Doors, serve

    private = os.environ.get(PRIVATE_VARIABLE)
    if private is None:
        msg = f"{PRIVATE_VARIABLE} is not set"
        raise Refused(msg, hint="`ringwall up` sets it and starts this process itself")
    doors = Doors.bound(public=layout_of(installation).web, private=Address.parse(private))
    confine_web(installation)
    serve(doors)


async def _supervise(installation: "Installation", flags: frozenset[str]) -> None:
    from ringwall.gateway.ports import PortTakenError
    from ringwall.gateway.refusing import REFUSALS
    from ringwall.gateway.running import Run
    from ringwall.runtime.configuration import ConfigurationError
    from ringwall.runtime.processes.lock import AlreadyRunningError
    from ringwall.runtime.processes.logs.sinks import open_sink

    sink = open_sink()
    run = Run(
        installation,
        sink=sink,
        watch="--no-watch" not in flags,
        hangup_ends="--hangup-ends" in flags,
    )

    def announce(version: "Version") -> None:
        if os.isatty(1):
            from ringwall.gateway.welcome import welcome

            welcome(installation, version)

    try:
        await run.serve(run.choose(last_good="--last-good" in flags), announce=announce)
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


if __name__ == "__main__":
    main()
