"""``routes``: what leads where."""

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table
from ringwall.runtime.tables import Cell, Column


@command(panel="Configuration")
def routes(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the routes of the configuration, most specific path first."""
    from ringwall.gateway.envoy.routes import expand
    from ringwall.gateway.paths import parse_template
    from ringwall.gateway.wanted import Wanted

    wanted = Wanted.of(installation_of(context).load())
    ordered = sorted(
        wanted.routes, key=lambda one: (one.hosts, parse_template(one.path).order, one.name)
    )
    if as_json:
        print_json([one.model_dump(mode="json") for one in ordered])
        return
    print_table(
        (
            Column("hosts"),
            Column("path"),
            Column("methods", rank=1),
            Column("service", rank=0),
            Column("route", rank=2),
            Column("classification", rank=3),
            Column("owner", rank=4),
        ),
        [
            (
                Cell.listing(one.hosts),
                one.path,
                Cell.listing(expand(one.methods), separator=" "),
                one.service,
                one.name,
                wanted.services[one.service].classification,
                wanted.services[one.service].owner,
            )
            for one in ordered
        ],
        empty="there are no routes: nothing is reachable",
    )
