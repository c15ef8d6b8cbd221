"""What all commands of the inventory begin with."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.inventory.query import Query
    from ringwall.inventory.standing import Standing

GROUP: Final = "inventory"
PANEL: Final = "Posture"
INTERNET: Final = "internet"
"""What people call the component that everybody is."""

Component = Annotated[
    str,
    typer.Argument(metavar="COMPONENT", help="Its id, as `list` shows it, or what it is called."),
]
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUERY]...", help="Such as: kind:aws-s3-* tag:team=billing is:unowned invoices"
    ),
]


def begin(context: typer.Context) -> None:
    """Open the tables; refused where Ringwall has never run."""
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context))


def query_of(words: list[str] | None) -> "Query":
    """What is asked for; refused where it cannot be read."""
    from ringwall.inventory.query import QueryError, parse

    try:
        return parse(" ".join(words or ()))
    except QueryError as error:
        raise Refused(str(error), code=ExitCode.USAGE) from error


def named(text: str) -> "Standing":
    """The component that is meant; refused where there is none, or several."""
    from ringwall.inventory import service
    from ringwall.inventory.listing import INTERNET as EVERYBODY

    try:
        return service.named(EVERYBODY if text == INTERNET else text)
    except service.NoSuchComponentError as error:
        hint = "`ringwall inventory search` looks for words"
        raise Refused(str(error), hint=hint) from error
