"""``routes``: what leads where."""

import typer

from ringwall.gateway.envoy.routes import expand
from ringwall.gateway.paths import parse_template
from ringwall.gateway.service import Wanted
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table


@command()
def routes(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the routes of the configuration, most specific path first."""
    wanted = Wanted.of(installation_of(context).load())
    ordered = sorted(
        wanted.routes, key=lambda one: (one.hosts, parse_template(one.path).order, one.name)
    )
    if as_json:
        print_json([one.model_dump(mode="json") for one in ordered])
        return
    print_table(
        ("route", "hosts", "path", "methods", "service", "classification", "owner"),
        [
            (
                one.name,
                ", ".join(one.hosts),
                one.path,
                " ".join(expand(one.methods)),
                one.service,
                wanted.services[one.service].classification,
                wanted.services[one.service].owner,
            )
            for one in ordered
        ],
        empty="there are no routes: nothing is reachable",
    )
