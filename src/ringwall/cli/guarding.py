"""Every command asks the built-in policies before it runs, as the machine that it runs on."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final

from ringwall.runtime.commanding import CommandMark
from ringwall.runtime.refusals import Refused

_OF_GROUPS: Final[Mapping[str, str]] = {"access": "access:see"}
"""What all commands of a group do, unless they say otherwise."""


def action_of(mark: CommandMark) -> str:
    """The action that a command is asked about; empty for what tells of the program alone."""
    return mark.does or _OF_GROUPS.get(mark.group or "", "")


def asked_first(mark: CommandMark, function: Callable[..., Any]) -> Callable[..., Any]:
    """The command, which runs only if the machine may do what it does."""
    does = action_of(mark)
    if not does:
        return function

    @wraps(function)
    def asking(*given: Any, **named: Any) -> Any:
        _require(does)
        return function(*given, **named)

    return asking


def _require(does: str) -> None:
    from ringwall.access import guarding
    from ringwall.access.actions import Action

    decision = guarding.may_machine(Action(does))
    if not decision.allowed:
        guarding.log.warning("%s", decision)
        msg = f"commands may not do {does} here (reference {decision.reference})"
        raise Refused(msg, hint="the log says which policy denies it")
