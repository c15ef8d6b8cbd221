"""``routes``: what leads where."""

from typing import get_args

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table
from ringwall.runtime.tables import Cell, Column


@command(panel="Configuration", does="configuration:see")
def routes(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the routes of the configuration, most specific path first."""
    from ringwall.gateway.config import Method
    from ringwall.gateway.envoy.entries import expand
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
            Column("methods", rank=2),
            Column("service", rank=1, least=12),
            Column("route", rank=3, least=12),
            Column("classification", rank=4),
            Column("owner", rank=5, least=12),
        ),
        [
            (
                Cell.listing(one.hosts),
                one.path,
                Cell.listing(
                    sorted(expand(one.methods), key=get_args(Method).index), separator=" "
                ),
                one.service,
                one.name,
                wanted.services[one.service].classification,
                wanted.services[one.service].owner,
            )
            for one in ordered
        ],
        empty="there are no routes: nothing is reachable",
    )
