"""How a module brings commands: plain functions in its ``commands``, marked with ``command``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, ParamSpec, TypeVar

import typer

from ringwall.runtime.installation import Installation

P = ParamSpec("P")
R = TypeVar("R")

_MARK: Final = "__ringwall_command__"
_CONCERNS: Final = "ringwall.concerns"


@dataclass(frozen=True, slots=True)
class CommandMark:
    """Where a function stands: ``ringwall [group] name``, under a heading of the help.

    ``does`` is the action of the built-in policies that it is asked about before it runs.
    ``becomes`` says that it ends as another program, so that how it ended cannot be recorded.
    """

    name: str
    group: str | None
    panel: str
    hidden: bool
    does: str
    becomes: bool = False


def command(
    *,
    name: str | None = None,
    group: str | None = None,
    panel: str = "Commands",
    hidden: bool = False,
    does: str = "",
    becomes: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as a command; its parameters are typer's, its docstring is the help.

    ``does`` names an action of ``ringwall.access``; empty for what tells of the program alone.
    ``becomes`` is for one that another program takes the place of.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        chosen = name or function.__name__
        setattr(function, _MARK, CommandMark(chosen, group, panel, hidden, does, becomes))
        return function

    return mark


def mark_of(value: object) -> CommandMark | None:
    """The mark of a function, if it is a command."""
    found = getattr(value, _MARK, None)
    return found if isinstance(found, CommandMark) else None


def concerns(context: typer.Context, kind: str, uid: str) -> None:
    """Have it recorded what a command is about: its type, ``Certificate``, and its id."""
    context.find_root().meta[_CONCERNS] = (kind, uid)


def concern_of(context: typer.Context) -> tuple[str, str] | None:
    """What the command is about, if it said so."""
    found: tuple[str, str] | None = context.find_root().meta.get(_CONCERNS)
    return found


def installation_of(context: typer.Context) -> Installation:
    """The installation that the command line speaks of, by its global options."""
    found = context.find_object(Installation)
    if found is None:
        msg = "the command line was entered without its callback"
        raise RuntimeError(msg)
    return found
