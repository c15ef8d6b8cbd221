"""``inventory path``: how one gets from one component to another."""

from typing import Annotated

import typer

from ringwall.inventory.commands.places import GROUP, INTERNET, PANEL, begin, named
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, say, show
from ringwall.runtime.refusals import ExitCode


@command(name="path", group=GROUP, panel=PANEL, does="inventory:see")
def path(
    context: typer.Context,
    target: Annotated[str, typer.Argument(metavar="COMPONENT", help="Where to.")],
    *,
    start: Annotated[
        str,
        typer.Option("--from", metavar="COMPONENT", help="Where from; else `internet`."),
    ] = INTERNET,
    most: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many ways.")] = 10,
    as_json: AsJson = False,
) -> int:
    """Tell how the internet, or another component, gets at one: the shortest ways, hop by hop.

    Ends with 1 where no way is known. That none is known is no proof that there is none, where
    something could not be read; that is said.
    """
    begin(context)
    from ringwall.inventory import service
    from ringwall.inventory.reaching import to_json

    begins, ends = named(start), named(target)
    found = service.paths(begins.id, ends.id, at_most=most)
    if as_json:
        ends_told = {"from": begins.id, "to": ends.id, "reach": ends.reach.value}
        print_json({**ends_told, **to_json(found)})
        return ExitCode.OK if found.ways else ExitCode.FAILED
    for number, way in enumerate(found.ways, start=1):
        say(f"Way {number}, {len(way)} hop{'s'[: len(way) != 1]}:", style="bold")
        show(f"  {begins.id}")
        for hop in way:
            told = f"{hop.kind}, read backwards" if hop.is_reversed else str(hop.kind)
            show(f"  -> {hop.target}  ({told}{': ' if hop.why else ''}{hop.why})")
    if found.ways:
        return ExitCode.OK
    if not found.is_whole:
        say(f"No way was found among {found.looked_at:,} components; there may be a longer one.")
    else:
        say(f"No way is known from {begins.id} to {ends.id}.")
    if start == INTERNET and ends.reach == "unknown":
        say(
            "That is no proof: nobody tells every way to such a component, or something could "
            "not be read.",
            style="yellow",
        )
    return ExitCode.FAILED
