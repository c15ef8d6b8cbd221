"""What ``ringwall`` alone says: where one stands, and the next step from there."""

import os

from ringwall import __version__
from ringwall.runtime.installation import Installation
from ringwall.runtime.output import say
from ringwall.runtime.processes.calls import ControlError, NotRunningError, call_sync


def greet(installation: Installation) -> None:
    """Print a few lines for whoever types ``ringwall`` and nothing else."""
    say((f"Ringwall {__version__}", "bold"), ", the security layer in front of your services")
    say("")
    for command, meaning in _steps(installation):
        say("  ", (command.ljust(20), "bold cyan"), meaning)
    say("")
    say("`ringwall --help` lists all commands; each of them has a --help of its own.")


def _steps(installation: Installation) -> list[tuple[str, str]]:
    if not installation.config.is_file():
        say(f"There is no configuration yet ({_short(installation)}). Begin with:")
        return [("ringwall init", "write one, asking a few questions")]
    if _runs(installation):
        say(f"Ringwall runs for {_short(installation)}.")
        return [
            ("ringwall status", "how everything fares"),
            ("ringwall diff", "what the files would change"),
            ("ringwall reload", "apply the files"),
            ("ringwall down", "stop"),
        ]
    say(f"{_short(installation)} is there, Ringwall does not run.")
    return [
        ("ringwall check", "judge the configuration"),
        ("ringwall up", "start the edge in front of your services"),
    ]


def _runs(installation: Installation) -> bool:
    try:
        call_sync(installation.control, "status", timeout=2)
    except NotRunningError:
        return False
    except (ControlError, OSError):
        return True  # somebody holds the socket, and that is the question here
    return True


def _short(installation: Installation) -> str:
    return os.path.relpath(installation.config)
