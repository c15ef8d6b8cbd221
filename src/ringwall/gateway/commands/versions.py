"""``history`` and ``rollback``: the configurations that were applied."""

import getpass
from typing import Annotated

import typer

from ringwall.gateway.commands.asking import ask, print_refusal
from ringwall.gateway.opening import open_gateway
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say


@command()
def history(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the configurations that were applied: when, by whom, why."""
    versions = open_gateway(installation_of(context)).versions.all()
    if as_json:
        print_json([one.to_json() for one in versions])
        return
    print_table(
        ("version", "applied (UTC)", "by", "why", "hash"),
        [
            (one.number, f"{one.time:%Y-%m-%d %H:%M:%S}", one.author, one.reason, one.hash[:12])
            for one in reversed(versions)
        ],
        empty="nothing has been applied yet",
    )


@command()
def rollback(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="A version from `ringwall history`.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put an earlier version in force again. The files stay as they are."""
    answer = ask(installation_of(context), "rollback", author=getpass.getuser(), number=number)
    if as_json:
        print_json(answer)
    if "refused" in answer:
        print_refusal(answer["refused"], quiet=as_json)
    elif not as_json:
        say(
            f"version {answer['version']['number']} is in force, with the contents of {number}; "
            "the files were not changed and will be applied again when they are",
            style="green",
        )
