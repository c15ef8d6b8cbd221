"""``inventory categorise``: which rule gives which category, and what has no owner."""

from typing import Annotated

import typer

from ringwall.inventory.commands.places import GROUP, PANEL, begin, named
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say


@command(name="categorise", group=GROUP, panel=PANEL, does="inventory:see")
def categorise(
    context: typer.Context,
    component: Annotated[
        str | None,
        typer.Argument(metavar="[COMPONENT]", help="Its id, or what it is called; else all."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Tell which rule gives a component each of its categories, by the configuration as it is now.

    Without a component: of which kinds how many have no owner.
    """
    begin(context)
    from ringwall.inventory import service
    from ringwall.inventory.filling import rules_of

    rules = rules_of(installation_of(context))
    if component is None:
        _overview(as_json=as_json)
        return
    one = named(component)
    given = service.explain(one.id, rules)
    if as_json:
        told = {name: {"value": got.value or None, "by": got.by} for name, got in given.items()}
        print_json({"component": one.id, "categories": told, "reach": one.reach.value})
        return
    from ringwall.runtime.tables import Cell, Column

    words = {
        "declared": "its own declaration",
        "usual": "what is usual for its kind",
        "nobody": Cell("nobody says", "yellow"),
    }
    say((one.id, "bold"))
    print_table(
        (Column("category"), Column("value"), Column("by")),
        [
            (name, got.value, words.get(got.by, f"rule {got.by}"))
            for name, got in sorted(given.items())
        ],
        empty="",
    )
    say(f"What the internet reaches of it was found out to be: {one.reach}.")


def _overview(*, as_json: bool) -> None:
    from ringwall.inventory import service
    from ringwall.runtime.tables import Column

    unowned = service.unowned_by_kind()
    total = service.count()
    if as_json:
        print_json({"components": total, "unowned": dict(unowned)})
        return
    without = sum(count for _, count in unowned)
    say(f"{total:,} components, {without:,} without an owner")
    if unowned:
        print_table(
            (Column("kind"), Column("without an owner", right=True)),
            [(kind, f"{count:,}") for kind, count in unowned],
            empty="",
        )
        say("`inventory: rules:` in ringwall.yaml gives them one; see docs/inventory.md")
