"""How a module brings commands: plain functions in its ``commands``, marked with ``command``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

import typer

from ringwall.runtime.installation import Installation

P = ParamSpec("P")
R = TypeVar("R")

_MARK: Final = "__ringwall_command__"


@dataclass(frozen=True, slots=True)
class CommandMark:
    """Where a function stands: ``ringwall [group] name``, under a heading of the help.

    ``does`` is the action of the built-in policies that it is asked about before it runs.
    """

    name: str
    group: str | None
    panel: str
    hidden: bool
    does: str


def command(
    *,
    name: str | None = None,
    group: str | None = None,
    panel: str = "Commands",
    hidden: bool = False,
    does: str = "",
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a command; its parameters are typer's, its docstring is the help.

    ``does`` names an action of ``ringwall.access``; empty for what tells of the program alone.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        chosen = name or function.__name__
        setattr(function, _MARK, CommandMark(chosen, group, panel, hidden, does))
        return function

    return mark


def mark_of(value: object) -> CommandMark | None:
    """The mark of a function, if it is a command."""
    found = getattr(value, _MARK, None)
    return found if isinstance(found, CommandMark) else None


def installation_of(context: typer.Context) -> Installation:
    """The installation that the command line speaks of, by its global options."""
    found = context.find_object(Installation)
    if found is None:
        msg = "the command line was entered without its callback"
        raise RuntimeError(msg)
    return found
