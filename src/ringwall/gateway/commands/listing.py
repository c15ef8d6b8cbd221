"""``sources``: the lists of networks that the edge goes by, and who is on them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.availability.config import Availability
    from ringwall.gateway.service import Gateway

PANEL: Final = "Availability"
GROUP: Final = "sources"


@command(name="list", group=GROUP, panel=PANEL, does="blocks:see")
def sources_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the lists: how many networks, how old, and why one is not renewed."""
    gateway, availability = _in_force(context)
    from ringwall.gateway.availability.sources import OWN
    from ringwall.gateway.sources.bringing import known_as
    from ringwall.gateway.sources.places import made
    from ringwall.gateway.sources.shelf import Shelf

    shelf, sources = Shelf(gateway.layout.state), availability.sources
    cut = shelf.cut()
    rows: list[dict[str, Any]] = []
    if sources.block:
        rows.append(_row(OWN, "ringwall.yaml", len(sources.block), cut.get(OWN, 0)))
    for feed in sources.feeds:
        kept = shelf.kept(feed.name)
        row = _row(feed.name, feed.file or str(feed.url), kept.count, cut.get(feed.name, 0))
        rows.append({**row, "read": kept.read, "seen": kept.seen, "refused": kept.refused})
    for place, file in sources.databases.items():
        kept, age = shelf.kept(known_as(place)), made(shelf.place(place))
        row = {**_row(place, file, None, None), "made": age and age.isoformat()}
        rows.append({**row, "read": kept.read, "seen": kept.seen, "refused": kept.refused})
    if as_json:
        print_json(rows)
        return
    print_table(
        (
            Column("list"),
            Column("from", rank=2, least=10),
            Column("networks", right=True),
            Column("spared", right=True, rank=3),
            Column("read (UTC)", rank=1),
            Column("state", least=20),
        ),
        [
            (
                one["list"],
                one["from"],
                _number(one["networks"]),
                _number(one["spared"]),
                one["read"][:16].replace("T", " "),
                _state(one),
            )
            for one in rows
        ],
        empty="there is no list: see availability.sources",
    )


@command(name="refresh", group=GROUP, panel=PANEL, does="blocks:change")
def sources_refresh(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LIST", help="A feed, by its name.")],
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take it however much it has grown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a feed now, and have the edge go by it.

    Whole or not at all: where a line cannot be read the list of before stays.
    """
    gateway, availability = _in_force(context)
    from ringwall.gateway.commands.naming import unknown
    from ringwall.gateway.sources.feeds import read_due
    from ringwall.gateway.sources.lists import ListError
    from ringwall.gateway.sources.shelf import Shelf

    names = [one.name for one in availability.sources.feeds]
    if name not in names:
        raise unknown("feed", name, names)
    try:
        (done,) = read_due(
            availability,
            root=gateway.layout.root,
            state=gateway.layout.state,
            now=datetime.now(UTC),
            accept=accept,
            only=name,
        )
    except ListError as error:
        raise Refused(f"the lists of before stay: {error}") from error
    if done.refused:
        raise Refused(f"the list of before stays: {done.refused}", code=ExitCode.CONFIGURATION)
    count = Shelf(gateway.layout.state).kept(name).count
    if as_json:
        print_json({"list": name, "changed": done.changed, "networks": count})
        return
    say(f"{name} has {count} networks" + ("" if done.changed else ", as before"), style="green")


@command(name="find", group=GROUP, panel=PANEL, does="blocks:see")
def sources_find(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="An address.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Tell what becomes of an address: denied, on a list, allowed, or none of it."""
    from ipaddress import ip_address

    try:
        meant = ip_address(address)
    except ValueError:
        raise Refused(
            f"{address[:50]} is no address", hint="such as 192.0.2.7", code=ExitCode.USAGE
        ) from None
    gateway, availability = _in_force(context)
    from ipaddress import ip_network

    from ringwall.gateway.sources import door
    from ringwall.gateway.sources.looking import list_of, refused_for
    from ringwall.gateway.sources.shelf import Shelf
    from ringwall.gateway.sources.sparing import touching

    now, shelf = datetime.now(UTC), Shelf(gateway.layout.state)
    denied = touching(ip_network(meant), door.denied_now(gateway.layout, now=now).networks)
    found = list_of(shelf.database, meant)
    why = refused_for(availability.sources, shelf, meant)
    if as_json:
        told = {"address": str(meant), "denied": denied and str(denied), "list": found}
        print_json({**told, "refused": why})
        return
    if denied is not None:
        say(f"{meant} is refused at the door: {denied} is denied (`ringwall block list`)")
    if why is not None:
        say(f"{meant} is refused: {why}")
    elif denied is None:
        say(f"{meant} is let in" + ("" if found is None else ": no list is for it"))


def _in_force(context: typer.Context) -> "tuple[Gateway, Availability]":
    from ringwall.gateway.availability.config import AVAILABILITY, Availability
    from ringwall.gateway.opening import open_gateway

    gateway = open_gateway(installation_of(context))
    configuration = gateway.in_force()
    if configuration is None:
        hint = "`ringwall up` applies the files"
        raise Refused("nothing has been applied yet", hint=hint, code=ExitCode.NOT_RUNNING)
    return gateway, configuration.one(Availability, AVAILABILITY)


def _row(name: str, place: str, networks: int | None, spared: int | None) -> dict[str, Any]:
    row = {"list": name, "from": place, "networks": networks, "spared": spared}
    return {**row, "read": "", "seen": "", "refused": ""}


def _number(count: int | None) -> str:
    return "" if count is None else str(count)


def _state(one: dict[str, Any]) -> Cell:
    if one["refused"]:
        return Cell(f"refused: {one['refused']}", "red")
    if one["from"] == "ringwall.yaml" or one["read"]:
        return Cell("in force", "green")
    return Cell("not read yet", "yellow")
