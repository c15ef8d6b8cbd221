"""``inventory list`` and ``search``: what there is, in which categories."""

from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.inventory.commands.places import GROUP, PANEL, Words, begin, query_of
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say

if TYPE_CHECKING:
    from ringwall.inventory.query import Query

Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many.")]
After = Annotated[
    str, typer.Option("--after", metavar="ID", help="Go on behind the component with this id.")
]


@command(name="list", group=GROUP, panel=PANEL, does="inventory:see")
def list_(
    context: typer.Context,
    words: Words = None,
    *,
    limit: Limit = 50,
    after: After = "",
    count: Annotated[bool, typer.Option("--count", help="Print how many there are.")] = False,
    as_json: AsJson = False,
) -> None:
    """List components, by id: all, or those of a query.

    All of a query has to be so: words; `kind:`, `name:`, `id:`, `account:`, `region:`, `owner:`,
    `tag:KEY=VALUE`, `source:`, `scope:`, each with `*`; `environment:`, `classification:`,
    `criticality:`, `exposure:`, `layer:`, `service_model:`; `reach:internet`, `behind`, `none`
    or `unknown`; `is:unowned`, `gone` or `named`. Values with commas between them are any of them;
    `-` in front is the contrary.
    """
    query = query_of(words)
    begin(context)
    from ringwall.inventory import service

    if count:
        found = service.count(query)
        print_json({"count": found}) if as_json else say(f"{found:,}")
        return
    _show(query, limit=limit, after=after, as_json=as_json)


@command(name="search", group=GROUP, panel=PANEL, does="inventory:see")
def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(metavar="WORD...", help="All have to be there.")],
    *,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Search for words in ids, names and tags, in upper or lower case."""
    from ringwall.inventory.query import Query, Term

    begin(context)
    _show(
        Query(tuple(Term("", (word.lower(),)) for word in words)),
        limit=limit,
        after="",
        as_json=as_json,
    )


def _show(query: "Query", *, limit: int, after: str, as_json: bool) -> None:
    from ringwall.inventory import service
    from ringwall.runtime.tables import Cell, Column

    found = service.find(query, limit=limit, after=after)
    if as_json:
        print_json([one.to_json() for one in found])
        return
    print_table(
        (
            Column("component", least=20, shorten="start"),
            Column("called", rank=3, least=12),
            Column("owner", rank=1, least=8),
            Column("environment", rank=4),
            Column("classification", rank=2),
            Column("exposure", rank=1),
        ),
        [
            (
                one.id,
                one.found.label,
                one.categories["owner"] or Cell("nobody", "yellow"),
                one.categories["environment"],
                one.categories["classification"],
                Cell(one.exposure, {"internet": "red", "unknown": "yellow"}.get(one.exposure, "")),
            )
            for one in found
        ],
        empty="nothing is known that is so",
    )
    if len(found) == limit and (more := service.count(query) - limit) > 0 and not after:
        say(f"{more:,} more; `--limit` shows more of them", style="dim")
