"""Ask the running supervisor, and show what it refuses."""

from typing import Any

import typer

from ringwall.runtime.installation import Installation
from ringwall.runtime.output import show
from ringwall.runtime.processes.calls import ControlError, NotRunningError, call_sync
from ringwall.runtime.refusals import ExitCode, Refused


def ask(installation: Installation, name: str, **arguments: object) -> dict[str, Any]:
    """Call the supervisor; ``Refused`` when none runs or it says no."""
    try:
        answer = call_sync(installation.control, name, timeout=60, **arguments)
    except NotRunningError as error:
        msg = f"Ringwall does not run for {installation.config}"
        raise Refused(msg, hint="`ringwall up` starts it", code=ExitCode.NOT_RUNNING) from error
    except (ControlError, TimeoutError) as error:
        raise Refused(str(error)) from error
    if not isinstance(answer, dict):
        msg = f"the supervisor answered {name} with {type(answer).__name__}"
        raise Refused(msg, hint="is another version running? `ringwall down`, then `ringwall up`")
    return answer


def print_warnings(answer: dict[str, Any]) -> None:
    """Print what is allowed and seldom meant of a configuration that was put in force."""
    warnings = answer["warnings"]
    for one in warnings:
        show(one["text"], stderr=True)
    if warnings:
        show(f"{len(warnings)} warning{'s'[: len(warnings) > 1]}", stderr=True)


def print_refusal(refused: dict[str, Any], *, quiet: bool) -> None:
    """Print why a configuration was refused, and end with the exit code for it.

    ``quiet`` when the answer was given as JSON and so says it already.
    """
    if quiet:
        raise typer.Exit(ExitCode.CONFIGURATION)
    for problem in refused["problems"]:
        show(problem["text"], stderr=True)
    errors = [one["message"] for one in refused["problems"] if one["severity"] == "error"]
    reason = f"{len(errors)} errors" if len(errors) > 1 else (errors or [refused["reason"]])[0]
    msg = f"refused, what runs stays: {reason}"
    raise Refused(msg, hint="`ringwall check` judges the files", code=ExitCode.CONFIGURATION)
